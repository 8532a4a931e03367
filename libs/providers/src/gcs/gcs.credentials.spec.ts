import { credentialsContract } from '@patchbay/capabilities/testing';
import { connectToCredentialsFake } from '../_kit/fake-credentials.js';
import { readStorageFailure, readTokenFailure } from './gcs.credentials.js';
import { createGcsFake } from './gcs.fake.js';
import { gcs } from './gcs.provider.js';

const strangersFile = createGcsFake().credentialsOf('olivia.organiser@example.com', 'http://127.0.0.1')['service_account'] ?? '';
const connect = (permissions?: readonly string[]) =>
  connectToCredentialsFake(gcs, {
    fake: createGcsFake(permissions === undefined ? {} : { permissions }),
    environment: (url) => ({ GCS_API_BASE_URL: url, GCS_AUTH_BASE_URL: url }),
    wrong: { service_account: strangersFile },
  });

credentialsContract('gcs', () => connect());

describe('a bucket', () => {
  it('that does not exist leads nowhere', async () => {
    const { credentials, filled, stop } = await connect();

    await expect(credentials.check({ ...filled, bucket: 'nobodys-files' }, 'connection-1')).rejects.toMatchObject({
      code: 'not_found',
      reason: 'notFound',
    });
    await stop();
  });

  it('in which not everything may be done names the first permission that is missing', async () => {
    const { credentials, filled, stop } = await connect(['storage.objects.create', 'storage.objects.get']);

    await expect(credentials.check(filled, 'connection-1')).rejects.toMatchObject({ code: 'forbidden', reason: 'storage.objects.delete' });
    await stop();
  });

  it('of somebody else is refused', async () => {
    const { credentials, filled, stop } = await connect();

    await expect(credentials.check({ ...filled, bucket: 'ben-files' }, 'connection-1')).rejects.toMatchObject({ code: 'forbidden' });
    await stop();
  });
});

describe('a key file', () => {
  it('does not choose where its assertion is sent', async () => {
    const { credentials, filled, stop, running } = await connect();
    const file = { ...(JSON.parse(filled['service_account'] ?? '') as object), token_uri: 'http://127.0.0.1:9/elsewhere' };

    const account = await credentials.check({ ...filled, service_account: JSON.stringify(file) }, 'connection-1');

    expect([account.id, running.requests[0]?.path]).toEqual(['gs://olivia-files', '/token']);
    await stop();
  });

  it.each(['{}', 'nonsense', JSON.stringify({ type: 'authorized_user' }), strangersFile.replace('BEGIN PRIVATE KEY', 'BEGIN')])(
    'that is none is told as such',
    async (file) => {
      const { credentials, filled, stop } = await connect();

      expect(credentials.schema.safeParse({ ...filled, service_account: file }).error?.issues.map(({ path }) => path[0])).toEqual([
        'service_account',
      ]);
      await stop();
    },
  );
});

it('reads the words of both of its hosts', () => {
  expect(readTokenFailure(400, { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' })).toEqual({
    reason: 'invalid_grant',
    code: 'unauthorized',
  });
  expect(readTokenFailure(400, { error: 'invalid_scope' })).toEqual({ reason: 'invalid_scope', code: undefined });
  expect(readStorageFailure(404, { error: { errors: [{ reason: 'notFound' }] } })).toEqual({ reason: 'notFound' });
  expect(readStorageFailure(502, '<html>')).toEqual({ reason: undefined });
});
