import type { Capabilities, CapabilityName } from '@patchbay/capabilities';
import { capitalised, fileNamed, type ProviderFiles, type ProviderNames } from './provider-names.js';

type MethodOf<Capability> = {
  readonly [Key in keyof Capability]: Capability[Key] extends (...parameters: never[]) => unknown ? Key : never;
}[keyof Capability];

/** The methods of every capability that makes calls with an access token. A new capability does not compile until it is here. */
const methods: { readonly [Name in Exclude<CapabilityName, 'oauth' | 'credentials'>]: readonly MethodOf<Capabilities[Name]>[] } = {
  identity: ['getAccount'],
  revocation: ['revoke'],
  calendar: ['listCalendars', 'createEvent', 'updateEvent', 'deleteEvent', 'holdsEvent'],
  calendarReading: ['listCalendars', 'read'],
  calendarEvents: ['listEvents', 'getEvent', 'createEvent', 'updateEvent', 'deleteEvent', 'writeEvents'],
  calendarSharing: ['listShares', 'grant', 'revoke'],
  calendarPush: ['open', 'renew', 'close'],
  video: ['findMeeting', 'createMeeting', 'updateMeeting', 'deleteMeeting'],
};

/** One file for each capability. */
export const capabilityFiles = (names: ProviderNames): ProviderFiles =>
  Object.fromEntries(names.capabilities.map((name) => [`${fileNamed(names, name)}.ts`, capabilityFile(names, name)]));

const capabilityFile = (names: ProviderNames, name: CapabilityName): string => {
  if (name === 'oauth') return oauth(names);
  return name === 'credentials' ? credentials(names) : calls(names, name);
};

/** What a capability says of itself beside its methods. */
const properties: Partial<Record<CapabilityName, readonly string[]>> = {
  calendarReading: ['  isBoundToWindow: false,'],
  calendarPush: ['  lifeMs: 24 * 60 * 60_000,'],
};

const calls = (names: ProviderNames, name: keyof typeof methods): string => {
  const { id, propertyName, displayName } = names;
  const type = `${capitalised(name)}Capability`;
  const stubs = methods[name].map((method) => `  ${method}: () => notWritten('${name}.${method}'),`);
  return `import type { ${type} } from '@patchbay/capabilities';
import type { ProviderHttp } from '../_kit/provider-http.js';

/** ${displayName}: ${name}. Calls stand here; what turns ${displayName}'s shapes into ours goes into \`${fileNamed(names, name)}.mapping.ts\`. */
export const ${propertyName}${capitalised(name)} = (_http: ProviderHttp): ${type} => ({
${[...(properties[name] ?? []), ...stubs].join('\n')}
});

const notWritten = (call: string): never => {
  throw new Error(\`${id} cannot do \${call} yet\`);
};
`;
};

const oauth = ({ propertyName, className, constantName, displayName, types }: ProviderNames): string => {
  const scopes = types.map((type) => `${type}: scopesOf(config.${constantName}_SCOPES, [])`);
  return `import { oauthDefaults, type OAuthCapability } from '@patchbay/capabilities';
import { scopesOf, withoutSlash } from '../_kit/oauth-variables.js';

/** The variables that concern ${displayName}'s authorization server. */
export interface ${className}OAuthConfig {
  readonly ${constantName}_CLIENT_ID: string;
  readonly ${constantName}_CLIENT_SECRET: string;
  readonly ${constantName}_REDIRECT_URI?: string | undefined;
  readonly ${constantName}_SCOPES?: string | undefined;
  readonly ${constantName}_AUTH_BASE_URL: string;
}

/** ${displayName}'s endpoints, scopes and deviations from what is usual, each with a link to where its documents have it. */
export const ${propertyName}OAuth = (config: ${className}OAuthConfig): OAuthCapability => {
  const host = withoutSlash(config.${constantName}_AUTH_BASE_URL);
  return {
    ...oauthDefaults,
    issuer: host,
    authorizationEndpoint: \`\${host}/oauth/authorize\`,
    tokenEndpoint: \`\${host}/oauth/token\`,
    clientId: config.${constantName}_CLIENT_ID,
    clientSecret: config.${constantName}_CLIENT_SECRET,
    redirectUri: config.${constantName}_REDIRECT_URI ?? null,
    scopes: { ${scopes.join(', ')} },
    scopeMeanings: {},
    defaultLifetimeSeconds: 3_600,
  };
};
`;
};

const credentials = ({
  id,
  propertyName,
  displayName,
}: ProviderNames): string => `import type { CredentialsCapability } from '@patchbay/capabilities';
import { z } from 'zod';
import { secretField } from '../_kit/credential-fields.js';
import { filled } from '../_kit/credential-schemas.js';
import type { ProviderHttp } from '../_kit/provider-http.js';

const ${propertyName}Form = z.strictObject({ api_key: filled('the API key') });

/** ${displayName}: an account by one of its keys. The check is a real call that changes nothing. */
export const ${propertyName}Credentials = (_http: ProviderHttp): CredentialsCapability => ({
  form: [secretField({ name: 'api_key', label: 'API key', help: 'From the settings of ${displayName}.' })],
  schema: ${propertyName}Form,
  check: () => {
    throw new Error('${id} cannot do credentials.check yet');
  },
});
`;
