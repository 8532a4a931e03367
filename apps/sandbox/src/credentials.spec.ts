import { request } from 'undici';
import { startSandbox, type RunningSandbox } from './sandbox.js';

describe('what the sandbox says has to be typed', () => {
  let sandbox: RunningSandbox;
  beforeAll(async () => (sandbox = await startSandbox({ port: 0, host: 'localhost' })));
  afterAll(() => sandbox.stop());

  const read = async (path: string, base = sandbox.url): Promise<string> => (await request(`${base}${path}`)).body.text();

  it.each([
    ['caldav', /\/caldav\/dav$/],
    ['ics', /\/ics\/calendar\/ical\/.+\.ics$/],
  ])('leads to where it listens, and to a place that is there, before anybody has called: %s', async (id, address) => {
    const { providers } = JSON.parse(await read('/control/providers')) as {
      readonly providers: readonly {
        readonly id: string;
        readonly accounts: readonly { readonly collections: readonly { readonly items: readonly { readonly notes: readonly string[] }[] }[] }[];
      }[];
    };
    const said = providers.find((provider) => provider.id === id)?.accounts[0]?.collections[0]?.items.flatMap(({ notes }) => notes);
    const url = said?.find((text) => address.test(text)) ?? '';

    expect(url.startsWith(`${sandbox.url}/${id}/`)).toBe(true);
    expect(await read(`/providers/${id}`)).toContain(url);
    expect([401, 200]).toContain((await request(url)).statusCode);
  });

  it('is reached by the name that whoever reads it has reached the sandbox by', async () => {
    const byName = sandbox.url.replace('127.0.0.1', 'localhost');

    expect(await read('/providers/caldav', byName)).toContain(`${byName}/caldav/dav`);
    expect(await read('/providers/caldav')).toContain(`${sandbox.url}/caldav/dav`);
  });

  it('is a password or a key for the others', async () => {
    expect(await read('/providers/apple')).toContain('What to type to connect it');
    expect(await read('/providers/google')).not.toContain('What to type to connect it');
  });
});
