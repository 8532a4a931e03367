import type { Outbound } from '@patchbay/capabilities';
import { credentialsContract } from '@patchbay/capabilities/testing';
import { connectToCredentialsFake } from '../_kit/fake-credentials.js';
import { apple } from './apple.provider.js';
import { createAppleFake } from './caldav.fake.js';

credentialsContract('apple', () =>
  connectToCredentialsFake(apple, {
    fake: createAppleFake(),
    environment: (url) => ({ APPLE_API_BASE_URL: url }),
    wrong: { password: 'wron-gwro-ngwr-ongw' },
  }),
);

const filled = { username: 'olivia@icloud.com', password: 'abcd-efgh-ijkl-mnop' };

/** An iCloud that answers from what is given, by address. */
const icloud = (answers: Readonly<Record<string, { readonly location: string } | { readonly property: string; readonly href: string }>>) => {
  const asked: string[] = [];
  const outbound: Outbound = {
    fetch: () => async (input) => {
      const url = new Request(input instanceof URL ? input.href : input).url;
      asked.push(url);
      const answer = answers[url];
      if (answer === undefined) return new Response(null, { status: 404 });
      if ('location' in answer) return new Response(null, { status: 301, headers: { location: answer.location } });
      const { property, href } = answer;
      const prop = `<${property} xmlns="DAV:"><href>${href}</href></${property}>`;
      const response = `<response><href>${new URL(url).pathname}</href><propstat><prop>${prop}</prop><status>HTTP/1.1 200 OK</status></propstat></response>`;
      return new Response(`<multistatus xmlns="DAV:">${response}</multistatus>`, { status: 207, headers: { 'content-type': 'text/xml' } });
    },
  };
  const { credentials } = apple.connect({ config: apple.config.parse({}), outbound, userAimedOutbound: outbound, now: () => new Date() });
  return { asked, check: () => credentials.check(filled, 'connection-1'), credentials };
};
const principal = { property: 'current-user-principal', href: '/123456/principal/' };
const homeAt = (host: string) => ({ property: 'calendar-home-set', href: `https://${host}/123456/calendars/` });

describe('an iCloud account', () => {
  it('may be on any partition', async () => {
    const { check } = icloud({
      'https://caldav.icloud.com/': principal,
      'https://caldav.icloud.com/123456/principal/': homeAt('p42-caldav.icloud.com:443'),
    });

    expect(await check()).toEqual({ id: 'https://caldav.icloud.com/123456/principal/', email: 'olivia@icloud.com', name: null });
  });

  it('keeps its id when Apple leads on to a partition at once', async () => {
    const { check } = icloud({
      'https://caldav.icloud.com/': { location: 'https://p07-caldav.icloud.com/' },
      'https://p07-caldav.icloud.com/': principal,
      'https://p07-caldav.icloud.com/123456/principal/': homeAt('p07-caldav.icloud.com'),
    });

    expect(await check()).toMatchObject({ id: 'https://caldav.icloud.com/123456/principal/' });
  });

  it.each(['https://icloud.com.example.com/', 'https://evilicloud.com/', 'http://p07-caldav.icloud.com/', 'https://p07-caldav.icloud.com:8443/'])(
    'is not looked for at %s, where the password does not belong',
    async (location) => {
      const { check, asked } = icloud({ 'https://caldav.icloud.com/': { location } });

      await expect(check()).rejects.toMatchObject({ code: 'address_refused', reason: 'leads_elsewhere' });
      expect(asked).toEqual(['https://caldav.icloud.com/']);
    },
  );

  it.each(['abcdefghijklmnop', 'abcd-efgh-ijkl-mnop', ' abcd-efghijkl-mnop '])('takes an app-specific password as people type it: %p', (typed) => {
    const { credentials } = icloud({});

    expect(credentials.schema.parse({ ...filled, password: typed })).toEqual(filled);
  });

  it('tells an ordinary password from an app-specific one before Apple is asked', () => {
    const { credentials } = icloud({});

    expect(credentials.schema.safeParse({ ...filled, password: 'MyDog123' }).error?.issues[0]?.message).toMatch(/app-specific password/);
  });
});
