import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { InboundNotice, InboundWebhooksCapability } from '@patchbay/capabilities';
import { readFakeRequest } from './fake-server.js';

/** An address of ours that a fake can call: whatever comes is read as the provider's own webhooks. */
export interface FakeIngress {
  readonly address: string;
  readonly notices: readonly InboundNotice[];
  /** How many calls there were that were no notices: handshakes, and what was refused. */
  readonly others: readonly string[];
  stop(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1. */
export const startFakeIngress = async (
  inbound: InboundWebhooksCapability,
  onNotice: (notice: InboundNotice) => Promise<void> | void = () => undefined,
): Promise<FakeIngress> => {
  const notices: InboundNotice[] = [];
  const others: string[] = [];
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const { method, query, headers, body } = await readFakeRequest(incoming, { prefix: '' });
      const texts = Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
      const call = { method: method === 'GET' ? 'GET' : 'POST', path: '', query: Object.fromEntries(query), headers: texts, body } as const;
      const verdict = await inbound.receive(call, new Date());
      if (verdict.kind === 'notices') {
        notices.push(...verdict.notices);
        for (const notice of verdict.notices) await onNotice(notice);
      } else others.push(verdict.kind === 'refused' ? verdict.reason : verdict.kind);
      const answer = verdict.kind === 'refused' ? { status: 401, headers: {}, body: '' } : (verdict.answer ?? { status: 200, headers: {}, body: '' });
      outgoing.writeHead(answer.status, { ...answer.headers }).end(answer.body);
    })().catch(() => outgoing.destroy());
  });
  await new Promise<void>((ready, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', ready);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/hooks`,
    notices,
    others,
    stop: () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
};
