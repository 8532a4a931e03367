import { createSocket, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { nameResolver } from './name-resolver.js';

/** A name server on localhost; `respond` makes an answer of a question, or none. */
async function startNameServer(respond: (question: Buffer) => Buffer | undefined) {
  const asked: string[] = [];
  const socket: Socket = createSocket('udp4');
  socket.on('message', (question, from) => {
    asked.push(typeOf(question));
    const answer = respond(question);
    if (answer !== undefined) socket.send(answer, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const server = `127.0.0.1:${(socket.address() as AddressInfo).port}`;
  return { asked, server, stop: () => new Promise<void>((resolve) => socket.close(() => resolve())) };
}

/** RFC 1035 section 4.1: a header of 12 bytes, the name, its type and class. */
const endOfQuestion = (message: Buffer): number => message.indexOf(0, 12) + 5;
const typeOf = (question: Buffer): string => (question.readUInt16BE(endOfQuestion(question) - 4) === 28 ? 'AAAA' : 'A');

function answerTo(question: Buffer, code: number, records: readonly Buffer[]): Buffer {
  const answer = Buffer.from(question.subarray(0, endOfQuestion(question)));
  answer.writeUInt16BE(0x8180 | code, 2);
  answer.writeUInt16BE(records.length, 6);
  answer.writeUInt32BE(0, 8);
  return Buffer.concat([answer, ...records]);
}

/** The name by reference, type A, class IN, a minute to live. */
const recordA = (address: string): Buffer =>
  Buffer.concat([Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]), Buffer.from(address.split('.').map(Number))]);

describe('a name', () => {
  it('is asked for once, however many want it at once and shortly after', async () => {
    const nameServer = await startNameServer((question) => answerTo(question, 0, typeOf(question) === 'A' ? [recordA('93.184.216.34')] : []));
    const resolve = nameResolver({ servers: [nameServer.server] });

    const answers = await Promise.all([1, 2, 3].map(() => resolve('customer.example')));
    const later = await resolve('customer.example');
    await nameServer.stop();

    expect([...answers, later]).toEqual(Array.from({ length: 4 }, () => [{ address: '93.184.216.34', family: 4 }]));
    expect(nameServer.asked.sort()).toEqual(['A', 'AAAA']);
  });

  it('that does not exist has no addresses', async () => {
    const nameServer = await startNameServer((question) => answerTo(question, 3, []));

    const addresses = await nameResolver({ servers: [nameServer.server] })('nobody.example');
    await nameServer.stop();

    expect(addresses).toEqual([]);
  });

  it('whose server hangs fails in time and delays no other', async () => {
    const silent = await startNameServer(() => undefined);
    const quick = await startNameServer((question) => answerTo(question, 0, typeOf(question) === 'A' ? [recordA('93.184.216.34')] : []));
    const hanging = nameResolver({ servers: [silent.server], timeoutMs: 300 });
    const ends: string[] = [];

    const failures = Array.from({ length: 8 }, (_none, index) =>
      hanging(`hangs-${index}.example`).then(
        () => 'resolved',
        (error: { code: string }) => (ends.push('hanging'), error.code),
      ),
    );
    await nameResolver({ servers: [quick.server] })('customer.example').then(() => ends.push('quick'));
    const codes = await Promise.all(failures);
    await Promise.all([silent.stop(), quick.stop()]);

    expect(ends[0]).toBe('quick');
    expect(codes).toEqual(Array.from({ length: 8 }, () => 'name_not_resolved'));
  });
});
