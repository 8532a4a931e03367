import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  getVideoAccount,
  integrationDisconnected,
  listVideoAccounts,
  meetingLinkOmitted,
  updateVideoAccount,
  type Caller,
} from '@patchbay/contracts';
import { connectNats, RequestClient } from '@patchbay/messaging';
import { waitFor } from '@patchbay/testing';
import { pino } from 'pino';
import { startVideoStack, type VideoStack } from '../testing/video-stack.js';

jest.setTimeout(60_000);

describe('video accounts', () => {
  let stack: VideoStack;
  let requests: RequestClient;
  let close: () => Promise<void>;

  beforeAll(async () => {
    stack = await startVideoStack();
    const connection = await connectNats({ servers: stack.nats.url, name: 'spec', log: pino({ level: 'silent' }) });
    requests = new RequestClient(connection);
    close = () => connection.close();
  });
  afterAll(async () => {
    requests.close();
    await close();
    await stack.stop();
  });

  const as = (userId: string): { caller: Caller } => ({ caller: { tenant_id: 'default', user_id: userId, role: 'user' } });
  const list = async (userId: string) => (await requests.send(listVideoAccounts, { limit: 50 }, as(userId))).items;
  const connected = async () => {
    const account = await stack.connectAccount();
    await waitFor(async () => (await list(account.userId))[0], 'the account');
    return account;
  };

  it("shows a person's own accounts and nobody else's", async () => {
    const { userId, connectionId: id } = await connected();
    const stranger = as(randomUUID());

    expect(await list(userId)).toMatchObject([{ id, provider: 'zoom', status: 'active', is_active: true, auto_generate_links: true }]);
    await expect(requests.send(getVideoAccount, { id }, stranger)).rejects.toMatchObject({ code: 'video_account_not_found', status: 404 });
    await expect(requests.send(updateVideoAccount, { id, is_active: false }, stranger)).rejects.toMatchObject({ code: 'video_account_not_found' });
  });

  it('makes no meeting with an account whose automatic links are switched off', async () => {
    const { userId, connectionId: id } = await connected();

    const account = await requests.send(updateVideoAccount, { id, auto_generate_links: false }, as(userId));
    const booking = await stack.book(userId);
    const omitted = await stack.probe.next(meetingLinkOmitted, ({ booking_id: bookingId }) => bookingId === booking.booking_id);

    expect([account.auto_generate_links, omitted.reason]).toEqual([false, 'no_account']);
  });

  it('hides an account that its user disconnected', async () => {
    const { userId, connectionId } = await connected();

    await stack.probe.publish(integrationDisconnected, {
      data: { user_id: userId, connection_id: connectionId, provider: 'zoom', type: 'video', reason: 'by_user' },
    });

    await waitFor(async () => ((await list(userId)).length === 0 ? true : undefined), 'the account to be hidden');
    await expect(requests.send(getVideoAccount, { id: connectionId }, as(userId))).rejects.toMatchObject({ code: 'video_account_not_found' });
  });
});
