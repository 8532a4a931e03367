import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/** How much of an answer is kept. */
export const excerptBytesMax = 4_096;

/** The beginning of an answer as text that PostgreSQL can keep; null when there was none. */
export function excerptOf(body: Buffer): string | null {
  if (body.length === 0) return null;
  return body.subarray(0, excerptBytesMax).toString('utf8').replaceAll('\u0000', '\uFFFD');
}

/** Shorter values are words that turn up anywhere. */
const secretLengthMin = 6;

/** An excerpt without the values that were sent in headers: receivers that echo what they got must not put a customer's credentials into our log. */
export function withoutSent(excerpt: string | null, headers: readonly string[]): string | null {
  if (excerpt === null) return null;
  const values = headers.filter((value, index) => index % 2 === 1 && value.length >= secretLengthMin);
  return values.reduce(
    (text, value) => text.replaceAll(value, '[sent by us]').replaceAll(JSON.stringify(value).slice(1, -1), '[sent by us]'),
    excerpt,
  );
}

/**
 * The beginning of a compressed answer. The limit counts decompressed bytes and reading stops there, so a bomb never unfolds.
 * An encoding we do not know gives null.
 */
export function inflateExcerpt(encoding: string, compressed: Buffer): Promise<string | null> {
  const stream = decompressor(encoding);
  if (stream === undefined) return Promise.resolve(null);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (): void => {
      stream.destroy();
      resolve(excerptOf(Buffer.concat(chunks)));
    };
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk.subarray(0, excerptBytesMax));
      size += chunk.length;
      if (size >= excerptBytesMax) finish();
    });
    // The answer was cut off where we stopped reading, so an unexpected end is expected.
    stream.on('error', finish);
    stream.on('end', finish);
    stream.end(compressed);
  });
}

function decompressor(encoding: string): ReturnType<typeof createGunzip> | ReturnType<typeof createBrotliDecompress> | undefined {
  const options = { chunkSize: excerptBytesMax };
  if (encoding === 'gzip' || encoding === 'x-gzip') return createGunzip(options);
  if (encoding === 'deflate') return createInflate(options);
  if (encoding === 'br') return createBrotliDecompress(options);
  return undefined;
}
