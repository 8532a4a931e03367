import { connectToCredentialsFake, createGcsFake, createMailgunFake } from '@patchbay/providers/testing';
import { manifestOf } from './manifest.js';
import { expectRefusal, takeExchanges, type Recording } from './scenario.js';

type Connection = Awaited<ReturnType<typeof connectToCredentialsFake>>;

/** A Mailgun domain is looked up, one that is not there, and one under a key that does not work. */
export const mailgunScenario = (): Promise<Recording> =>
  record(
    'mailgun',
    connectToCredentialsFake(manifestOf('mailgun'), {
      fake: createMailgunFake(),
      environment: (url) => ({ MAILGUN_API_BASE_URL: url }),
      wrong: { api_key: 'wrong' },
    }),
    { domain: 'mg.nobody.example.com' },
  );

/** A bucket is asked for, and one that is not there. Where its tokens come from, no document describes. */
export const gcsScenario = (): Promise<Recording> =>
  record(
    'gcs',
    connectToCredentialsFake(manifestOf('gcs'), {
      fake: createGcsFake(),
      environment: (url) => ({ GCS_API_BASE_URL: url, GCS_AUTH_BASE_URL: url }),
      wrong: { service_account: createGcsFake().credentialsOf('olivia.organiser@example.com', 'http://127.0.0.1')['service_account'] ?? '' },
    }),
    { bucket: 'nobodys-files' },
  );

const record = async (provider: string, connecting: Promise<Connection>, elsewhere: Readonly<Record<string, string>>): Promise<Recording> => {
  const { credentials, filled, wrong, running, stop } = await connecting;
  const take = takeExchanges(running.exchanges);
  try {
    await credentials.check(filled, 'connection-1');
    await expectRefusal('not_found', () => credentials.check({ ...filled, ...elsewhere }, 'connection-1'));
    await expectRefusal('unauthorized', () => credentials.check(wrong, 'connection-1'));
    running.faults.failNext({ status: 429, count: 1, retryAfter: 1 });
    await credentials.check(filled, 'connection-1');
    return { provider, byAdapters: take(), byHand: [] };
  } finally {
    await stop();
  }
};
