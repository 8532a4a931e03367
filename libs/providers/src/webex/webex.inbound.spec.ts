import { inboundContract } from '@patchbay/capabilities/testing';
import { createHmac } from 'node:crypto';
import { inboundHarness } from '../_kit/fake-webhooks.js';
import { webexFakeWebhooks } from './webex.fake-webhooks.js';
import { webexInbound } from './webex.inbound.js';
import { webex } from './webex.provider.js';

inboundContract('webex', () => inboundHarness(webex, webexFakeWebhooks));

describe('webhooks of Webex', () => {
  const secret = 'some-super-secret-phrase';
  const body = Buffer.from('{"resource": "meetings", "event": "started", "createdBy": "person-1", "actorId": "person-2", "data": {"id": "m-1"}}');
  const receive = (signature: string, secrets = secret) =>
    webexInbound(secrets).receive({ method: 'POST', path: '', query: {}, headers: { 'x-spark-signature': signature }, body }, new Date());
  const signatureOf = (algorithm: string, key = secret) => createHmac(algorithm, key).update(body).digest('hex');

  it('tell of the account that connected, not of the person who did something', () => {
    expect(receive(signatureOf('sha1'))).toMatchObject({ notices: [{ type: 'meetings.started', accountId: 'person-1' }] });
  });

  it('may be signed with SHA-256', () => {
    expect(receive(signatureOf('sha256'))).toMatchObject({ kind: 'notices' });
    expect(receive(signatureOf('sha256', 'another-secret'))).toEqual({ kind: 'refused', reason: 'signature_wrong' });
  });

  it.each(['', signatureOf('md5'), signatureOf('sha1').slice(0, -1), signatureOf('sha512'), 'ünsigned'])('signed as %p are refused', (signature) => {
    expect(receive(signature)).toEqual({ kind: 'refused', reason: 'signature_wrong' });
  });

  it('that were registered with an older secret are accepted as long as it is listed', () => {
    expect(receive(signatureOf('sha1'), `a-newer-secret-of-ours,${secret}`)).toMatchObject({ kind: 'notices' });
    expect(receive(signatureOf('sha1'), 'a-newer-secret-of-ours')).toMatchObject({ kind: 'refused' });
  });
});
