import { credentialsContract } from '@patchbay/capabilities/testing';
import { connectToCredentialsFake } from '../_kit/fake-credentials.js';
import { createS3Fake } from './s3.fake.js';
import { s3 } from './s3.provider.js';

const connect = () =>
  connectToCredentialsFake(s3, {
    fake: createS3Fake(),
    environment: (url) => ({ S3_API_BASE_URL: url }),
    wrong: { secret_access_key: 'somebody-elses' },
  });

credentialsContract('s3', connect);

describe('a bucket', () => {
  let harness: Awaited<ReturnType<typeof connect>>;
  beforeEach(async () => (harness = await connect()));
  afterEach(() => harness.stop());
  const check = (change: Readonly<Record<string, string>>) => harness.credentials.check({ ...harness.filled, ...change }, 'connection-1');

  it.each([
    [{ access_key_id: 'AKIANOBODY' }, { code: 'unauthorized', reason: 'InvalidAccessKeyId' }],
    [{ bucket: 'ben-files' }, { code: 'forbidden', reason: 'AccessDenied' }],
    [{ bucket: 'nobodys-files' }, { code: 'not_found', reason: 'NoSuchBucket' }],
    [{ region: 'us-east-1' }, { code: 'invalid_request', reason: 'AuthorizationHeaderMalformed' }],
  ])('that cannot be opened with %p fails as %p', async (change, failure) => {
    await expect(check(change)).rejects.toMatchObject(failure);
  });

  it('keeps its id when the key is another one', async () => {
    const { id } = await check({});
    harness.situations.revokeGrant();
    const changed = harness.running.fake.credentialsOf('olivia.organiser@example.com', harness.running.url);

    expect(await check(changed)).toEqual({ id, email: null, name: 'olivia-files' });
  });
});

describe('a store', () => {
  const filled = { access_key_id: 'AKIA', secret_access_key: 'secret', region: 'eu-central-1', bucket: 'files' };
  const ask = async (values: Readonly<Record<string, string>>) => {
    const asked: string[] = [];
    const way = (name: string) => ({
      fetch: () => async (input: Parameters<typeof fetch>[0]) => {
        asked.push(`${name} ${new Request(input).url}`);
        return new Response('<ListBucketResult/>');
      },
    });
    const { credentials } = s3.connect({ config: {}, outbound: way('vendor'), userAimedOutbound: way('guarded'), now: () => new Date() });
    const { id } = await credentials.check(credentials.schema.parse({ ...filled, ...values }), 'connection-1');
    return { asked, id };
  };

  it.each([
    [{}, 'vendor https://s3.eu-central-1.amazonaws.com/files?list-type=2&max-keys=1', 'arn:aws:s3:::files'],
    [{ region: 'cn-north-1' }, 'vendor https://s3.cn-north-1.amazonaws.com.cn/files?list-type=2&max-keys=1', 'arn:aws:s3:::files'],
    [{ endpoint: '' }, 'vendor https://s3.eu-central-1.amazonaws.com/files?list-type=2&max-keys=1', 'arn:aws:s3:::files'],
    [
      { endpoint: 'minio.example.com:9000/' },
      'guarded https://minio.example.com:9000/files?list-type=2&max-keys=1',
      'https://minio.example.com:9000/files',
    ],
  ])('is found from %p', async (values, url, id) => {
    expect(await ask(values)).toEqual({ asked: [url], id });
  });

  it.each([
    { access_key_id: 'AKIA…' },
    { region: 'evil.example.com/' },
    { bucket: '../other' },
    { endpoint: 'ftp://example.com' },
    { endpoint: 'https://user:pw@example.com' },
  ])('is not looked for with %p', (values) => {
    const outbound = { fetch: () => () => Promise.reject(new Error('no call is expected')) };
    const { credentials } = s3.connect({ config: {}, outbound, userAimedOutbound: outbound, now: () => new Date() });

    expect(credentials.schema.safeParse({ ...filled, ...values }).error?.issues.map(({ path }) => path[0])).toEqual(Object.keys(values));
  });
});
