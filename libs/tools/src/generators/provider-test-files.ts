import type { CapabilityName } from '@patchbay/capabilities';
import type { ProviderFiles, ProviderNames } from './provider-names.js';

/** The fake, and the spec that holds the adapters to the suites of their capabilities. */
export const providerTestFiles = (names: ProviderNames): ProviderFiles => ({
  [`${names.id}.fake.ts`]: fake(names),
  [`${names.id}.spec.ts`]: spec(names),
});

const fake = ({
  id,
  propertyName,
  className,
  displayName,
}: ProviderNames): string => `import type { FakeClient, ProviderFake } from '../_kit/fake.js';

/** The app that is registered at a ${displayName} fake unless a test says otherwise. */
export const ${propertyName}FakeClient: FakeClient = { clientId: 'sandbox-${id}-client', clientSecret: 'sandbox-${id}-secret', name: 'Patchbay' };

/** A ${displayName} in memory that answers only what this folder calls, under ${displayName}'s own paths. */
export const create${className}Fake = (): ProviderFake => ({
  id: '${id}',
  displayName: '${displayName}',
  handle: () => ({ status: 404, body: {} }),
  failure: (status, retryAfter) => ({ status, headers: retryAfter === null ? {} : { 'retry-after': retryAfter }, body: {} }),
  accounts: () => [],
  revokeGrant: () => undefined,
  expireTokens: () => undefined,
  reset: () => undefined,
});
`;

const suites: { readonly [Name in CapabilityName]: (id: string) => string } = {
  oauth: (id) => `oauthContract('${id}', () => {
  const outbound = {
    fetch: () => {
      throw new Error('no call is expected');
    },
  };
  const { oauth } = PROVIDER.connect({ config: PROVIDER.config.parse(credentials), outbound, userAimedOutbound: outbound, now: () => new Date() });
  return { oauth, types: PROVIDER.types };
});`,
  identity: (id) => `identityContract('${id}', () => connect());`,
  calendar: (id) => `calendarContract('${id}', async () => ({ ...(await connect()), calendarId: 'primary', seen: () => [] }));`,
  video: (id) => `videoContract('${id}', async () => ({ ...(await connect()), seen: () => [] }));`,
};

const spec = (names: ProviderNames): string => {
  const { id, propertyName, className, constantName, capabilities } = names;
  if (!capabilities.includes('oauth')) return tokenlessSpec(names);
  const type = capabilities.find((name) => name === 'calendar' || name === 'video') ?? 'authentication';
  const tests = capabilities.map((name) => suites[name](id).replaceAll('PROVIDER', propertyName));
  const contracts = capabilities.map((name) => `${name}Contract`).sort();
  return `import { ${contracts.join(', ')} } from '@patchbay/capabilities/testing';
import { connectToFake, fakePerson } from '../_kit/fake-connection.js';
import { create${className}Fake, ${propertyName}FakeClient } from './${id}.fake.js';
import { ${propertyName} } from './${id}.provider.js';

const credentials = { ${constantName}_CLIENT_ID: ${propertyName}FakeClient.clientId, ${constantName}_CLIENT_SECRET: ${propertyName}FakeClient.clientSecret };

const connect = async () => {
  const connection = await connectToFake(
    {
      ...${propertyName},
      connect: (outbound, baseUrl) => {
        const config = ${propertyName}.config.parse({ ...credentials, ${constantName}_API_BASE_URL: baseUrl, ${constantName}_AUTH_BASE_URL: baseUrl });
        return ${propertyName}.connect({ config, outbound, userAimedOutbound: outbound, now: () => new Date() });
      },
    },
    create${className}Fake(),
    '${type}',
  );
  return { ...connection, ...connection.capabilities, requestCount: () => connection.running.requests.length, email: fakePerson };
};

${tests.join('\n')}
`;
};

const tokenlessSpec = ({ id, propertyName, capabilities }: ProviderNames): string => `import { ${propertyName} } from './${id}.provider.js';

describe('${id}', () => {
  it('offers what its manifest says', () => {
    expect(${propertyName}.capabilities).toEqual(${JSON.stringify(capabilities)});
  });
});
`;
