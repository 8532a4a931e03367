import { ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { credentialsContract } from '@patchbay/capabilities/testing';
import { connectToCredentialsFake } from '../_kit/fake-credentials.js';
import { startFake } from '../_kit/fake-server.js';
import { createAzureBlobFake } from './azure_blob.fake.js';
import { azureBlob } from './azure_blob.provider.js';

const somebodyElses = Buffer.from("somebody else's").toString('base64');
const connect = () =>
  connectToCredentialsFake(azureBlob, {
    fake: createAzureBlobFake(),
    environment: (url) => ({ AZURE_BLOB_API_BASE_URL: url }),
    wrong: { account_key: somebodyElses },
  });

credentialsContract('azure_blob', connect);

describe('a container', () => {
  let harness: Awaited<ReturnType<typeof connect>>;
  beforeEach(async () => (harness = await connect()));
  afterEach(() => harness.stop());

  it('that does not exist leads nowhere', async () => {
    const check = harness.credentials.check({ ...harness.filled, container: 'nothing' }, 'connection-1');

    await expect(check).rejects.toMatchObject({ code: 'not_found', reason: 'ContainerNotFound' });
  });

  it('keeps its id when the key is rotated', async () => {
    const { id } = await harness.credentials.check(harness.filled, 'connection-1');
    harness.situations.revokeGrant();
    const rotated = harness.running.fake.credentialsOf('olivia.organiser@example.com', harness.running.url);

    expect(await harness.credentials.check(rotated, 'connection-1')).toMatchObject({ id });
  });

  it('is asked for as the schema keeps it out of a connection string', async () => {
    const { account_name: name, account_key: key, container } = harness.filled;
    const text = `DefaultEndpointsProtocol=https;AccountName=${name};AccountKey=${key};EndpointSuffix=core.windows.net`;

    expect(harness.credentials.schema.parse({ connection_string: text, container })).toEqual(harness.filled);
  });
});

describe('a connection string', () => {
  const parse = (text: string) => {
    const outbound = { fetch: () => () => Promise.reject(new Error('no call is expected')) };
    const { credentials } = azureBlob.connect({ config: {}, outbound, userAimedOutbound: outbound, now: () => new Date() });
    return credentials.schema.safeParse({ connection_string: text, container: 'files' });
  };

  it.each([
    ['AccountName=abc;AccountKey=a2V5;EndpointSuffix=core.chinacloudapi.cn', 'https://abc.blob.core.chinacloudapi.cn'],
    ['AccountName=abc;AccountKey=a2V5;BlobEndpoint=http://azurite.example.com:10000/abc;', 'http://azurite.example.com:10000/abc'],
  ])('leads to another cloud: %s', (text, endpoint) => {
    expect(parse(text).data).toEqual({ account_name: 'abc', account_key: 'a2V5', container: 'files', endpoint });
  });

  it.each([
    '',
    'nonsense',
    'AccountName=abc',
    'UseDevelopmentStorage=true',
    'AccountName=abc;SharedAccessSignature=sv=2021',
    'AccountName=a/b;AccountKey=a2V5',
  ])('that is not whole is told as such: %p', (text) => {
    const fields = new Set(parse(text).error?.issues.map(({ path }) => path[0]));

    expect([...fields]).toEqual(text === '' ? ['account_name', 'account_key'] : ['connection_string']);
  });
});

describe('stores of others', () => {
  it.each([
    ['https://abc.blob.core.usgovcloudapi.net', 'vendor'],
    ['https://abc.blob.core.windows.net.example.com', 'guarded'],
    ['https://files.example.com/abc', 'guarded'],
  ])('at %s are reached over the %s way', async (endpoint, way) => {
    const asked: string[] = [];
    const outboundOf = (name: string) => ({
      fetch: () => async () => {
        asked.push(name);
        return new Response(null);
      },
    });
    const { credentials } = azureBlob.connect({
      config: {},
      outbound: outboundOf('vendor'),
      userAimedOutbound: outboundOf('guarded'),
      now: () => new Date(),
    });

    const { id } = await credentials.check({ account_name: 'abc', account_key: 'a2V5', container: 'files', endpoint }, 'connection-1');

    expect([asked, id]).toEqual([[way], `${endpoint}/files`]);
  });
});

describe('the fake', () => {
  it("takes the signatures of Microsoft's own library, and refuses them under another key", async () => {
    const fake = createAzureBlobFake();
    const running = await startFake(fake);
    const { account_name: name = '', account_key: key = '' } = fake.credentialsOf('olivia.organiser@example.com', running.url);
    const client = (accountKey: string) =>
      new ContainerClient(`${running.url}/${name}/files`, new StorageSharedKeyCredential(name, accountKey), { retryOptions: { maxTries: 1 } });

    const properties = await client(key).getProperties();
    const refused = await client(somebodyElses)
      .getProperties()
      .then(
        () => null,
        (error: { statusCode?: number }) => error.statusCode,
      );
    await running.stop();

    expect([properties.leaseState, refused]).toEqual(['available', 403]);
  });
});
