import { createSocket, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';

/** What a name server answers: addresses and names, as {@link recordA} and its neighbours write them. */
export type Records = readonly Buffer[];

/** A name server on localhost. */
export interface NameServer {
  /** `A` or `AAAA`, for each question that came. */
  readonly asked: string[];
  /** Where it is asked. */
  readonly server: string;
  stop(): Promise<void>;
}

/** Starts one. `respond` says what a question is answered with: records, or the code of a failure; undefined: no answer at all. */
export async function startNameServer(respond: (type: string) => Records | { readonly code: number } | undefined): Promise<NameServer> {
  const asked: string[] = [];
  const socket: Socket = createSocket('udp4');
  socket.on('message', (question, from) => {
    const type = typeOf(question);
    asked.push(type);
    const answer = respond(type);
    if (answer !== undefined)
      socket.send('code' in answer ? answerTo(question, answer.code, []) : answerTo(question, 0, answer), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const server = `127.0.0.1:${(socket.address() as AddressInfo).port}`;
  return { asked, server, stop: () => new Promise<void>((resolve) => socket.close(() => resolve())) };
}

/** RFC 1035 section 4.1: a header of 12 bytes, the name, its type and class. */
const endOfQuestion = (message: Buffer): number => message.indexOf(0, 12) + 5;
const typeOf = (question: Buffer): string => (question.readUInt16BE(endOfQuestion(question) - 4) === 28 ? 'AAAA' : 'A');

function answerTo(question: Buffer, code: number, records: Records): Buffer {
  const answer = Buffer.from(question.subarray(0, endOfQuestion(question)));
  answer.writeUInt16BE(0x8180 | code, 2);
  answer.writeUInt16BE(records.length, 6);
  answer.writeUInt32BE(0, 8);
  return Buffer.concat([answer, ...records]);
}

/** The name that was asked for by reference, class IN, a time to live of 0. */
const record = (name: Buffer, type: number, value: Buffer): Buffer =>
  Buffer.concat([name, Buffer.from([0, type, 0, 1, 0, 0, 0, 0, value.length >> 8, value.length & 0xff]), value]);
const asked = Buffer.from([0xc0, 12]);
const written = (name: string): Buffer =>
  Buffer.concat([...name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])), Buffer.from([0])]);

/** An IPv4 address; of the name that was asked for, unless another is given. */
export const recordA = (address: string, name?: string): Buffer =>
  record(name === undefined ? asked : written(name), 1, Buffer.from(address.split('.').map(Number)));

/** An IPv6 address, as 32 hexadecimal digits. */
export const recordAaaa = (digits: string): Buffer => record(asked, 28, Buffer.from(digits, 'hex'));

/** Another name for the name that was asked for. */
export const recordCname = (name: string): Buffer => record(asked, 5, written(name));
