import { capabilityFiles } from './capability-files.js';
import { capitalised, fileNamed, hasOAuth, type ProviderFiles, type ProviderNames } from './provider-names.js';
import { providerTestFiles } from './provider-test-files.js';

/** The folder of a provider: it compiles, and says of every call that it is not written yet. */
export const providerFiles = (names: ProviderNames): ProviderFiles => ({
  [`${names.id}.provider.ts`]: manifest(names),
  [`${names.id}.http.ts`]: http(names),
  ...capabilityFiles(names),
  ...providerTestFiles(names),
  'setup.md': setupGuide(names),
  'icon.svg': `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" role="img" aria-label="${names.displayName}"><circle cx="16" cy="16" r="12" fill="#2f6fde"/></svg>\n`,
});

const connected = ({ propertyName, capabilities }: ProviderNames): string =>
  capabilities
    .map((name) => (name === 'oauth' ? `oauth: ${propertyName}OAuth(config)` : `${name}: ${propertyName}${capitalised(name)}(http)`))
    .join(', ');

const manifest = (names: ProviderNames): string => {
  const { id, propertyName, constantName, displayName, capabilities, types } = names;
  const imports = capabilities.map((name) => `import { ${propertyName}${capitalised(name)} } from './${fileNamed(names, name)}.js';`);
  const credentials = hasOAuth(names) ? `'${constantName}_CLIENT_ID', '${constantName}_CLIENT_SECRET'` : '';
  return `import { defineProvider } from '@patchbay/capabilities';
${hasOAuth(names) ? "import { oauthVariables } from '../_kit/oauth-variables.js';" : "import { z } from 'zod';"}
${[...imports, `import { ${propertyName}Http } from './${id}.http.js';`].sort().join('\n')}

/** Every environment variable of ${displayName}. */
const ${propertyName}Config = ${hasOAuth(names) ? oauthConfig(names) : keyConfig(names)};

/** ${displayName}. */
export const ${propertyName} = defineProvider({
  id: '${id}',
  displayName: '${displayName}',
  setupGuide: new URL('https://developers.${hostOf(id)}.com'),
  config: ${propertyName}Config,
  credentials: [${credentials}],
  limits: { provider: { limit: 10, perMs: 1_000 }, account: { limit: 5, perMs: 1_000 } },
  types: [${types.map((type) => `'${type}'`).join(', ')}],
  capabilities: [${capabilities.map((name) => `'${name}'`).join(', ')}],
  connect: ({ config, outbound, now }) => {
    const http = ${propertyName}Http({ baseUrl: config.${constantName}_API_BASE_URL, outbound, now });
    return { ${connected(names)} };
  },
});
`;
};

/** A host name takes no underscores. */
const hostOf = (id: string): string => id.replaceAll('_', '-');

const oauthConfig = ({ id, constantName, displayName }: ProviderNames): string =>
  `oauthVariables('${constantName}', { name: '${displayName}', apiBaseUrl: 'https://api.${hostOf(id)}.com', authBaseUrl: 'https://${hostOf(id)}.com' })`;

const keyConfig = ({ id, constantName, displayName }: ProviderNames): string => `z.object({
  ${constantName}_API_BASE_URL: z.url().default('https://api.${hostOf(id)}.com').describe("Where ${displayName}'s API is; a sandbox or a proxy can stand in."),
})`;

const http = ({ id, propertyName, className, displayName }: ProviderNames): string => `import type { Outbound } from '@patchbay/capabilities';
import type { FailureReader } from '../_kit/provider-failure.js';
import { providerHttp, type ProviderHttp } from '../_kit/provider-http.js';

/** Where ${displayName}'s API is and how to get there. */
export interface ${className}Api {
  readonly baseUrl: string;
  readonly outbound: Outbound;
  readonly now: () => Date;
}

/** ${displayName} says nothing that its statuses do not. */
const readFailure: FailureReader = () => ({});

/** ${displayName}'s REST API. */
export const ${propertyName}Http = (api: ${className}Api): ProviderHttp => providerHttp({ provider: '${id}', readFailure, ...api });
`;

const setupGuide = (names: ProviderNames): string =>
  hasOAuth(names)
    ? `# Set up ${names.displayName}

1. Create an app in ${names.displayName}'s developer console.
2. Enter the address your frontend passes as \`redirect_uri\`, character by character.
3. Set these variables and restart.

   \`\`\`sh
   ${names.constantName}_CLIENT_ID=…
   ${names.constantName}_CLIENT_SECRET=…
   ${names.constantName}_REDIRECT_URI=https://app.example.com/integrations/callback
   \`\`\`

4. Open \`GET /api/v1/integrations/providers/\`: ${names.displayName} now says \`"is_configured": true\`, and
   \`npx patchbay doctor --provider ${names.id}\` says what is still wrong, and how to mend it.
`
    : `# Set up ${names.displayName}

There is nothing to set up: whoever connects an account fills in a key of it.

1. Make a key in the settings of ${names.displayName}.
2. Send it to \`POST /api/v1/integrations/connections/\`. It is tried before it is stored.

For the operator: \`npx patchbay doctor --provider ${names.id}\` says whether anything is left to do.
`;
