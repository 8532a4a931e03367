import { capabilityFiles } from './capability-files.js';
import { capitalised, type ProviderFiles, type ProviderNames } from './provider-names.js';
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

const connected = ({ propertyName, className, capabilities }: ProviderNames): string =>
  capabilities
    .map((name) => (name === 'oauth' ? `oauth: ${propertyName}OAuth(config)` : `${name}: ${propertyName}${capitalised(name)}(http)`))
    .join(', ') || `/* ${className} offers nothing yet. */`;

const manifest = (names: ProviderNames): string => {
  const { id, propertyName, constantName, displayName, capabilities } = names;
  const imports = capabilities.map((name) => `import { ${propertyName}${capitalised(name)} } from './${id}.${name}.js';`);
  return `import { defineProvider } from '@patchbay/capabilities';
import { z } from 'zod';
${[...imports, `import { ${propertyName}Http } from './${id}.http.js';`].sort().join('\n')}

/** Every environment variable of ${displayName}. */
const ${propertyName}Config = z.object({
  ${constantName}_CLIENT_ID: z.string().min(1).describe('Client id of the ${displayName} app.'),
  ${constantName}_CLIENT_SECRET: z.string().min(1).describe('Client secret that belongs to it.'),
  ${constantName}_REDIRECT_URI: z.url().optional().describe('Redirect URI registered with the app; added to the allow list.'),
  ${constantName}_API_BASE_URL: z.url().default('https://api.${id}.com').describe("Where ${displayName}'s API is; a sandbox or a proxy can stand in."),
  ${constantName}_AUTH_BASE_URL: z.url().default('https://${id}.com').describe("Where ${displayName}'s consent page and token endpoint are."),
});

/** ${displayName}. */
export const ${propertyName} = defineProvider({
  id: '${id}',
  displayName: '${displayName}',
  setupGuide: new URL('https://developers.${id}.com'),
  config: ${propertyName}Config,
  credentials: ['${constantName}_CLIENT_ID', '${constantName}_CLIENT_SECRET'],
  limits: { provider: { limit: 10, perMs: 1_000 }, account: { limit: 5, perMs: 1_000 } },
  capabilities: [${capabilities.map((name) => `'${name}'`).join(', ')}],
  connect: ({ config, outbound, now }) => {
    const http = ${propertyName}Http({ baseUrl: config.${constantName}_API_BASE_URL, outbound, now });
    return { ${connected(names)} };
  },
});
`;
};

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

const setupGuide = ({ constantName, displayName }: ProviderNames): string => `# Set up ${displayName}

1. Create an app in ${displayName}'s developer console.
2. Enter the address your frontend passes as \`redirect_uri\`, character by character.
3. Set these variables and restart.

   \`\`\`sh
   ${constantName}_CLIENT_ID=…
   ${constantName}_CLIENT_SECRET=…
   ${constantName}_REDIRECT_URI=https://app.example.com/integrations/callback
   \`\`\`

4. Open \`GET /api/v1/integrations/providers/\`: ${displayName} now says \`"is_configured": true\`.
`;
