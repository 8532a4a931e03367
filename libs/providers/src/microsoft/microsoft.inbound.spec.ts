import type { InboundCall } from '@patchbay/capabilities';
import { inboundContract } from '@patchbay/capabilities/testing';
import { inboundHarness } from '../_kit/fake-webhooks.js';
import { outlookFakeWebhooks } from './microsoft.fake-webhooks.js';
import { graphClientState, graphInbound } from './microsoft.inbound.js';
import { outlook } from './outlook.provider.js';

const secret = outlookFakeWebhooks.environment['OUTLOOK_WEBHOOK_SECRET'] ?? '';
const now = new Date('2026-12-01T16:00:00Z');
const headers = { 'content-type': 'application/json' };
const asks = (validationToken: string): InboundCall => ({ method: 'POST', path: '', query: { validationToken }, headers: {}, body: Buffer.alloc(0) });

inboundContract('outlook', () =>
  inboundHarness(outlook, outlookFakeWebhooks, {
    handshakes: [
      {
        name: 'validation token',
        call: asks('Validation: Testing client application reachability <b>for</b> subscription & more'),
        answer: {
          status: 200,
          headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
          body: 'Validation: Testing client application reachability <b>for</b> subscription & more',
        },
      },
    ],
  }),
);

describe('notices of Microsoft Graph', () => {
  const clientState = graphClientState(secret, { provider: 'outlook', id: 'channel-1' });
  const change = {
    subscriptionId: 's-1',
    clientState,
    changeType: 'updated',
    resource: 'Users/u-1/Events/e-1',
    resourceData: { '@odata.etag': 'W/"1"' },
  };
  const receive = (value: unknown, secrets = secret, at = now) =>
    graphInbound('outlook', secrets).receive({ method: 'POST', path: '', query: {}, headers, body: Buffer.from(JSON.stringify({ value })) }, at);
  const keysOf = (value: unknown, at = now) => {
    const verdict = receive(value, secret, at);
    return 'notices' in verdict ? verdict.notices.map(({ key }) => key) : [];
  };

  it('come many at once, and are acknowledged with 202', () => {
    expect(receive([change, { ...change, changeType: 'deleted' }])).toMatchObject({
      kind: 'notices',
      notices: [
        { type: 'updated', accountId: 'u-1', channelId: 'channel-1', channelNews: 'changed' },
        { type: 'deleted', accountId: 'u-1', channelId: 'channel-1', channelNews: 'changed' },
      ],
      answer: { status: 202, body: '' },
    });
  });

  it('of others in the same batch are left out, and are refused where there are no others', () => {
    const strange = { ...change, subscriptionId: 's-2', clientState: clientState.replace('channel-1', 'channel-2') };

    expect(keysOf([strange, change])).toEqual(keysOf([change]));
    expect(receive([strange])).toEqual({ kind: 'refused', reason: 'signature_wrong' });
    expect(receive([{ ...change, clientState: null }])).toEqual({ kind: 'refused', reason: 'signature_missing' });
  });

  it('are the same when sent once more, and others when the event changed again', () => {
    const changedAgain = { ...change, resourceData: { '@odata.etag': 'W/"2"' } };

    expect(keysOf([change], new Date('2026-12-01T18:00:00Z'))).toEqual(keysOf([change]));
    expect(keysOf([changedAgain])).not.toEqual(keysOf([change]));
  });

  it('that bear no version are never taken for one that came before', () => {
    const missed = { subscriptionId: 's-1', clientState, lifecycleEvent: 'missed' };

    expect(receive([missed])).toMatchObject({ notices: [{ type: 'missed', accountId: null }] });
    expect(keysOf([missed], new Date(now.getTime() + 1_000))).not.toEqual(keysOf([missed]));
  });

  it.each([
    ['reauthorizationRequired', 'ending'],
    ['subscriptionRemoved', 'ended'],
    ['missed', 'changed'],
  ])('that tell %s say that the channel is %s', (lifecycleEvent, channelNews) => {
    const told = { subscriptionId: 's-1', clientState, lifecycleEvent };

    expect(receive([told])).toMatchObject({ notices: [{ type: lifecycleEvent, channelId: 'channel-1', channelNews }] });
  });

  it('of subscriptions under an older secret are accepted as long as it is listed', () => {
    expect(receive([change], `a-newer-secret-of-ours,${secret}`)).toMatchObject({ kind: 'notices' });
    expect(receive([change], 'a-newer-secret-of-ours')).toEqual({ kind: 'refused', reason: 'signature_wrong' });
  });

  it('with the state of another provider are refused', () => {
    expect(receive([{ ...change, clientState: graphClientState(secret, { provider: 'google', id: 'channel-1' }) }])).toMatchObject({
      kind: 'refused',
    });
  });

  it('have a state that Graph takes', () => {
    expect(graphClientState(secret, { provider: 'outlook', id: '0198f2a4-0000-7000-8000-00000000c0de' }).length).toBeLessThanOrEqual(128);
  });

  it('are not validated with an empty or an endless token', () => {
    const ask = (token: string) => graphInbound('outlook', secret).receive(asks(token), now);

    expect([ask(''), ask('x'.repeat(4_001))]).toEqual([
      { kind: 'refused', reason: 'malformed' },
      { kind: 'refused', reason: 'malformed' },
    ]);
  });
});
