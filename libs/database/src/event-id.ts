import { v7 as uuidv7 } from 'uuid';

const bytesOfOne = 16;
const random = new Uint8Array(bytesOfOne * 256);
let used = random.length;
let lastMs = 0;
let sequence = 0;

/**
 * An id for an event, greater than those this process made before. Random bytes are drawn for many at once: a draw for each is most of what an
 * id costs, and sweeps make a hundred thousand of them.
 */
export function eventId(): string {
  if (used === random.length) {
    crypto.getRandomValues(random);
    used = 0;
  }
  const start = used;
  used += bytesOfOne;
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    // Half of the 32 bits, so that counting on within the millisecond never overflows. https://www.rfc-editor.org/rfc/rfc9562#section-6.2
    sequence = new DataView(random.buffer, start).getUint32(0) >>> 1;
  } else sequence += 1;
  return uuidv7({ msecs: lastMs, seq: sequence, random: random.subarray(start, used) });
}
