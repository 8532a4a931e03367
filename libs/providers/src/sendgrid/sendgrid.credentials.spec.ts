import { credentialsContract } from '@patchbay/capabilities/testing';
import { connectToCredentialsFake } from '../_kit/fake-credentials.js';
import { createSendgridFake } from './sendgrid.fake.js';
import { sendgrid } from './sendgrid.provider.js';

const connect = (scopes?: readonly string[]) =>
  connectToCredentialsFake(sendgrid, {
    fake: createSendgridFake(scopes === undefined ? {} : { scopes }),
    environment: (url) => ({ SENDGRID_API_BASE_URL: url }),
    wrong: { api_key: 'SG.somebody.elses' },
  });

credentialsContract('sendgrid', () => connect());

describe('a SendGrid key', () => {
  it('that may not send is of no use', async () => {
    const { credentials, filled, stop } = await connect(['user.username.read']);

    await expect(credentials.check(filled, 'connection-1')).rejects.toMatchObject({ code: 'forbidden', reason: 'mail.send' });
    await stop();
  });

  it('that may only send stands for itself, without its secret part', async () => {
    const { credentials, filled, stop } = await connect(['mail.send']);

    const account = await credentials.check(filled, 'connection-1');

    expect(account).toEqual({ id: 'key:sandbox-olivia-1', email: null, name: null });
    await stop();
  });
});
