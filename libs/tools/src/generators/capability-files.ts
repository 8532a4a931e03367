import { integrationTypes } from '@patchbay/contracts';
import type { Capabilities, CapabilityName } from '@patchbay/capabilities';
import { capitalised, type ProviderFiles, type ProviderNames } from './provider-names.js';

/** The methods of every capability that makes calls. A new capability does not compile until it is here. */
const methods: { readonly [Name in Exclude<CapabilityName, 'oauth' | 'credentials'>]: readonly (keyof Capabilities[Name])[] } = {
  identity: ['getAccount'],
  revocation: ['revoke'],
  calendar: ['listCalendars', 'createEvent', 'updateEvent', 'deleteEvent'],
  video: ['findMeeting', 'createMeeting', 'updateMeeting', 'deleteMeeting'],
};

/** One file for each capability. */
export const capabilityFiles = (names: ProviderNames): ProviderFiles =>
  Object.fromEntries(names.capabilities.map((name) => [`${names.id}.${name}.ts`, name === 'oauth' ? oauth(names) : calls(names, name)]));

const calls = ({ id, propertyName, displayName }: ProviderNames, name: keyof typeof methods): string => {
  const type = `${capitalised(name)}Capability`;
  const stubs = methods[name].map((method) => `  ${method}: () => notWritten('${name}.${method}'),`);
  return `import type { ${type} } from '@patchbay/capabilities';
import type { ProviderHttp } from '../_kit/provider-http.js';

/** ${displayName}: ${name}. Calls stand here; what turns ${displayName}'s shapes into ours goes into \`${id}.${name}.mapping.ts\`. */
export const ${propertyName}${capitalised(name)} = (_http: ProviderHttp): ${type} => ({
${stubs.join('\n')}
});

const notWritten = (call: string): never => {
  throw new Error(\`${id} cannot do \${call} yet\`);
};
`;
};

const oauth = ({ propertyName, className, constantName, displayName, capabilities }: ProviderNames): string => {
  const types = integrationTypes.filter((type) => (capabilities as readonly string[]).includes(type));
  return `import type { OAuthCapability } from '@patchbay/capabilities';

/** The variables that concern ${displayName}'s authorization server. */
export interface ${className}OAuthConfig {
  readonly ${constantName}_CLIENT_ID: string;
  readonly ${constantName}_CLIENT_SECRET: string;
  readonly ${constantName}_REDIRECT_URI?: string | undefined;
  readonly ${constantName}_AUTH_BASE_URL: string;
}

/** ${displayName}'s endpoints, scopes and deviations, as its documents have them. */
export const ${propertyName}OAuth = (config: ${className}OAuthConfig): OAuthCapability => {
  const host = config.${constantName}_AUTH_BASE_URL.replace(/\\/+$/, '');
  return {
    issuer: host,
    sendsIssuer: false,
    authorizationEndpoint: \`\${host}/oauth/authorize\`,
    tokenEndpoint: \`\${host}/oauth/token\`,
    revocationEndpoint: null,
    clientId: config.${constantName}_CLIENT_ID,
    clientSecret: config.${constantName}_CLIENT_SECRET,
    clientAuthentication: 'client_secret_basic',
    redirectUri: config.${constantName}_REDIRECT_URI ?? null,
    scopes: { ${types.map((type) => `${type}: []`).join(', ')} },
    usesPkce: true,
    authorizationParameters: {},
    defaultLifetimeSeconds: 3_600,
    rotatesRefreshToken: true,
  };
};
`;
};
