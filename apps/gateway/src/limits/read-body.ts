import type { IncomingMessage } from 'node:http';
import { AppError } from '@patchbay/contracts';

interface ReadLimits {
  readonly bytesMax: number;
  /** How long the whole may take. Milliseconds. */
  readonly msMax?: number | undefined;
  /** How much must come per second after {@link graceMs}: somebody else waits for the room that it takes. */
  readonly bytesPerSecondMin?: number | undefined;
  /** What to wait for before more than this is read. */
  readonly onLarge?: { readonly above: number; readonly wait: () => Promise<void>; readonly msMax: number; readonly bytesPerSecondMin: number };
}

/** How long a body may take to get going. Milliseconds. */
const graceMs = 2_000;
const lookEveryMs = 500;

/** Reads a body whole, as the bytes that came. @throws AppError `body_too_large` or `request_too_slow`, and what the wait threw. */
export function readBody(request: IncomingMessage, { bytesMax, msMax, bytesPerSecondMin, onLarge }: ReadLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let isLarge = false;
    let timer: NodeJS.Timeout | undefined;
    let looker: NodeJS.Timeout | undefined;
    const limitTime = (ms: number | undefined, perSecondMin: number | undefined): void => {
      if (ms !== undefined) timer = setTimeout(() => fail(new AppError('request_too_slow')), ms);
      if (perSecondMin === undefined) return;
      const [startedAt, before] = [performance.now(), bytes];
      looker = setInterval(() => {
        const dueMs = performance.now() - startedAt - graceMs;
        if ((bytes - before) * 1_000 < perSecondMin * dueMs) fail(new AppError('request_too_slow'));
      }, lookEveryMs);
    };
    const stop = (): void => {
      clearTimeout(timer);
      clearInterval(looker);
      request.off('data', onData).off('end', onEnd).off('error', fail).off('close', onClose);
    };
    const fail = (error: unknown): void => {
      stop();
      // Somebody has to listen to what else goes wrong with it.
      request.on('error', () => undefined).pause();
      reject(error instanceof Error ? error : new AppError('body_malformed'));
    };
    const onClose = (): void => fail(new AppError('body_malformed'));
    const onEnd = (): void => {
      stop();
      resolve(Buffer.concat(chunks, bytes));
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > bytesMax) return fail(new AppError('body_too_large', { limit_bytes: bytesMax }));
      chunks.push(chunk);
      if (onLarge === undefined || isLarge || bytes <= onLarge.above) return undefined;
      isLarge = true;
      request.pause();
      const goOn = (): void => {
        limitTime(onLarge.msMax, onLarge.bytesPerSecondMin);
        request.resume();
      };
      onLarge.wait().then(goOn, fail);
      return undefined;
    };
    limitTime(msMax, bytesPerSecondMin);
    request.on('data', onData).on('end', onEnd).on('error', fail).on('close', onClose);
  });
}
