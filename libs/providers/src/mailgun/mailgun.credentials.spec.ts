import { credentialsContract } from '@patchbay/capabilities/testing';
import { connectToCredentialsFake } from '../_kit/fake-credentials.js';
import { createMailgunFake } from './mailgun.fake.js';
import { mailgun } from './mailgun.provider.js';

const connect = (state: 'active' | 'disabled' = 'active') =>
  connectToCredentialsFake(mailgun, {
    fake: createMailgunFake({ state }),
    environment: (url) => ({ MAILGUN_API_BASE_URL: url }),
    wrong: { api_key: 'somebody-elses' },
  });

credentialsContract('mailgun', () => connect());

describe('a Mailgun domain', () => {
  it('that is not of the account leads nowhere', async () => {
    const { credentials, filled, stop } = await connect();

    await expect(credentials.check({ ...filled, domain: 'mg.ben.example.com' }, 'connection-1')).rejects.toMatchObject({ code: 'not_found' });
    await stop();
  });

  it('that Mailgun has disabled is refused', async () => {
    const { credentials, filled, stop } = await connect('disabled');

    await expect(credentials.check(filled, 'connection-1')).rejects.toMatchObject({ code: 'forbidden', reason: 'domain_disabled' });
    await stop();
  });

  it.each([
    ['us', 'https://api.mailgun.net/v4/domains/mg.example.com'],
    ['eu', 'https://api.eu.mailgun.net/v4/domains/mg.example.com'],
  ])('of the region %s is asked for there', async (region, url) => {
    const asked: string[] = [];
    const outbound = {
      fetch: () => async (input: Parameters<typeof fetch>[0]) => {
        asked.push(new Request(input).url);
        return Response.json({ domain: { name: 'mg.example.com', state: 'active' } });
      },
    };
    const { credentials } = mailgun.connect({ config: {}, outbound, userAimedOutbound: outbound, now: () => new Date() });

    await credentials.check({ api_key: 'key', domain: 'mg.example.com', region }, 'connection-1');

    expect(asked).toEqual([url]);
  });
});
