import { headers, type MsgHdrs } from '@nats-io/transport-node';

/** What the first part says about the whole. */
export interface Announced {
  readonly bytes: number;
  /** Every part but the last has this size. */
  readonly partBytes: number;
  /** Where the receiver asks for more. */
  readonly askAt: string;
}

const name = 'Patchbay-Parts';
const written = /^([1-9]\d{0,9}) ([1-9]\d{0,6}) (\S{1,200})$/;

/** The header of a first part. A message without it is whole. */
export function announce({ bytes, partBytes, askAt }: Announced): MsgHdrs {
  const carried = headers();
  carried.set(name, `${bytes} ${partBytes} ${askAt}`);
  return carried;
}

/** What a message announces when it is a first part. */
export function announcedBy(carried: MsgHdrs | undefined): Announced | undefined {
  if (carried?.has(name) !== true) return undefined;
  const [, bytes, partBytes, askAt] = written.exec(carried.get(name)) ?? [];
  return askAt === undefined ? undefined : { bytes: Number(bytes), partBytes: Number(partBytes), askAt };
}
