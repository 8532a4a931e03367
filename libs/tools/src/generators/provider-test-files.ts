import type { CapabilityName } from '@patchbay/capabilities';
import { hasOAuth, type ProviderFiles, type ProviderNames } from './provider-names.js';

/** The fake, and the spec that holds the adapters to the suites of their capabilities. */
export const providerTestFiles = (names: ProviderNames): ProviderFiles => ({
  [`${names.id}.fake.ts`]: hasOAuth(names) ? oauthFake(names) : credentialsFake(names),
  [`${names.id}.spec.ts`]: hasOAuth(names) ? oauthSpec(names) : credentialsSpec(names),
});

const oauthFake = ({
  id,
  propertyName,
  className,
  displayName,
}: ProviderNames): string => `import type { FakeClient, FakeOptions, ProviderFake } from '../_kit/fake.js';
import { jsonAnswer } from '../_kit/fake-http.js';
import { createOAuthFake } from '../_kit/fake-oauth-provider.js';

/** The app that is registered at a ${displayName} fake unless a test says otherwise. */
export const ${propertyName}FakeClient: FakeClient = { clientId: 'sandbox-${id}-client', clientSecret: 'sandbox-${id}-secret', name: 'Patchbay' };

/** A ${displayName} in memory that answers only what this folder calls, under ${displayName}'s own paths and with its habits. */
export const create${className}Fake = (options: FakeOptions = {}): ProviderFake =>
  createOAuthFake(
    {
      id: '${id}',
      displayName: '${displayName}',
      client: ${propertyName}FakeClient,
      policy: {
        accessTokenSeconds: 3_600,
        codeSeconds: 600,
        rotatesRefreshTokens: false,
        prefixes: { code: 'code-', access: 'access-', refresh: 'refresh-' },
      },
      paths: { authorize: /^\\/oauth\\/authorize$/, token: /^\\/oauth\\/token$/ },
      clientAuthentication: 'post',
      pkce: 'accepted',
      wantsRefreshToken: () => true,
      tokenAnswer: ({ accessToken, refreshToken, scopes }) =>
        jsonAnswer(200, {
          access_token: accessToken,
          token_type: 'Bearer',
          expires_in: 3_600,
          scope: scopes.join(' '),
          ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
        }),
      refusal: (reason) =>
        reason === 'invalid_client'
          ? jsonAnswer(401, { error: reason })
          : jsonAnswer(400, { error: reason === 'unsupported_grant_type' ? reason : 'invalid_grant' }),
      unauthorized: () => jsonAnswer(401, {}),
      api: () => null,
      notFound: () => jsonAnswer(404, {}),
      failure: (status, retryAfter) => jsonAnswer(status, {}, retryAfter === null ? {} : { 'retry-after': retryAfter }),
    },
    options,
  );
`;

const credentialsFake = ({ id, className, displayName }: ProviderNames): string => `import type { FakeOptions } from '../_kit/fake.js';
import { createCredentialsFake, type CredentialsFake } from '../_kit/fake-credentials.js';
import { jsonAnswer } from '../_kit/fake-http.js';

/** A ${displayName} in memory that answers only what this folder calls, under ${displayName}'s own paths. */
export const create${className}Fake = (options: FakeOptions = {}): CredentialsFake =>
  createCredentialsFake(
    {
      id: '${id}',
      displayName: '${displayName}',
      credentialsOf: ({ handle, version }) => ({ api_key: \`key-\${handle}-\${version}\` }),
      answer: () => jsonAnswer(404, {}),
      failure: (status, retryAfter) => jsonAnswer(status, {}, retryAfter === null ? {} : { 'retry-after': retryAfter }),
    },
    options,
  );
`;

/** How a spec runs the suite of a capability; null where there is none. A new capability does not compile until it is here. */
const suites: { readonly [Name in Exclude<CapabilityName, 'credentials'>]: ((id: string) => string) | null } = {
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
  revocation: null,
  calendar: (id) => `calendarContract('${id}', async () => {
  const connection = await connect();
  return { ...connection, events: connection.calendarEvents, calendarId: 'primary', seen: () => [], putGuestCopy: () => undefined };
});`,
  calendarReading: (id) => `const traits: ReadingTraits = {
  series: 'masters',
  isOneResource: false,
  hasPages: true,
  resumesMidway: true,
  readsByVersion: false,
  forgetsCursors: true,
  hasSeveralCalendars: true,
  knowsResponses: true,
  isWritable: false,
};

calendarReadingContract('${id}', traits, async () => {
  const connection = await connect();
  const people = { put: notWritten, change: notWritten, remove: notWritten, moveOccurrence: notWritten, cancelOccurrence: notWritten };
  const provider = { expireCursors: notWritten, shortenPages: notWritten };
  return { ...connection, ...people, ...provider, reading: connection.calendarReading, calendar: null, calendarId: 'primary', otherCalendarId: 'work' };
});

const notWritten = (): never => {
  throw new Error('the fake cannot do that yet');
};`,
  calendarEvents: (id) => `const eventTraits: CalendarEventsTraits = {
  reminders: 'several',
  hasDefaultReminders: true,
  makesConferences: false,
  floats: false,
  hasReadOnlyCalendars: true,
};

calendarEventsContract('${id}', eventTraits, async () => {
  const connection = await connect();
  const respond = (): never => {
    throw new Error('the fake cannot do that yet');
  };
  return { ...connection, events: connection.calendarEvents, calendarId: 'primary', readOnlyCalendarId: 'holidays', respond };
});`,
  calendarSharing: (id) => `calendarSharingContract('${id}', async () => {
  const connection = await connect();
  return {
    ...connection,
    sharing: connection.calendarSharing,
    calendarId: 'primary',
    readOnlyCalendarId: 'holidays',
    roles: ['reader', 'writer'],
    refusedEmail: 'not-an-address',
    shortenPages: () => undefined,
  };
});`,
  calendarPush: null,
  video: (id) => `videoContract('${id}', async () => ({ ...(await connect()), seen: () => [] }));`,
};

const oauthSpec = ({ id, propertyName, className, constantName, capabilities, types }: ProviderNames): string => {
  const tested = capabilities.flatMap((name) => {
    const suite = name === 'credentials' ? null : suites[name];
    return suite === null ? [] : [{ contract: `${name}Contract`, test: suite(id).replaceAll('PROVIDER', propertyName) }];
  });
  const shapes = [
    ...(capabilities.includes('calendarReading') ? ['type ReadingTraits'] : []),
    ...(capabilities.includes('calendarEvents') ? ['type CalendarEventsTraits'] : []),
  ];
  const contracts = [...tested.map(({ contract }) => contract), ...shapes].sort();
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
    '${types[0] ?? 'authentication'}',
  );
  return { ...connection, ...connection.capabilities, requestCount: () => connection.running.requests.length, email: fakePerson };
};

${tested.map(({ test }) => test).join('\n')}
`;
};

const credentialsSpec = ({
  id,
  propertyName,
  className,
  constantName,
}: ProviderNames): string => `import { credentialsContract } from '@patchbay/capabilities/testing';
import { connectToCredentialsFake } from '../_kit/fake-credentials.js';
import { create${className}Fake } from './${id}.fake.js';
import { ${propertyName} } from './${id}.provider.js';

credentialsContract('${id}', () =>
  connectToCredentialsFake(${propertyName}, {
    fake: create${className}Fake(),
    environment: (baseUrl) => ({ ${constantName}_API_BASE_URL: baseUrl }),
    wrong: { api_key: 'key-of-nobody' },
  }),
);
`;
