/** A secret where it must not be. The secret is named, not shown. */
export interface Leak {
  readonly kind: string;
  readonly where: string;
}

/** Shorter ones turn up by chance. */
const lengthMin = 8;

/** Secrets that a test has put into the world, and the search for them in what came out of it: as they are and in the ways things are written down. */
export class PlantedSecrets {
  readonly #kinds = new Map<string, string>();
  readonly #forms = new Map<string, readonly string[]>();

  /** Remembers a secret. `kind` says what it is, for the report and for places where it may be. */
  plant(kind: string, secret: string | null | undefined): void {
    if (secret === null || secret === undefined || secret.length < lengthMin || this.#kinds.has(secret)) return;
    this.#kinds.set(secret, kind);
    this.#forms.set(secret, formsOf(secret));
  }

  /** How many of a kind there are: a search for nothing finds nothing. */
  count(kind: string): number {
    return [...this.#kinds.values()].filter((one) => one === kind).length;
  }

  /** Every kind of secret that is in the text, but for those that may be there. */
  search(where: string, text: string, allowed: readonly string[] = []): readonly Leak[] {
    const found = new Set<string>();
    for (const [secret, forms] of this.#forms) {
      const kind = this.#kinds.get(secret) ?? '';
      if (!allowed.includes(kind) && forms.some((form) => text.includes(form))) found.add(kind);
    }
    return [...found].map((kind) => ({ kind, where }));
  }
}

/** Base64 looks different depending on where in the encoded bytes the secret begins, so there are three of it; what depends on neighbours is left out. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const encoded = [0, 1, 2].flatMap((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
    const whole = padded.subarray(0, padded.length - (padded.length % 3));
    const skipped = offset === 0 ? 0 : 4;
    return (['base64', 'base64url'] as const).map((encoding) => whole.toString(encoding).slice(skipped));
  });
  const hex = bytes.toString('hex');
  const escaped = JSON.stringify(secret).slice(1, -1);
  return [...new Set([secret, escaped, encodeURIComponent(secret), hex, hex.toUpperCase(), ...encoded])].filter((form) => form.length >= lengthMin);
}
