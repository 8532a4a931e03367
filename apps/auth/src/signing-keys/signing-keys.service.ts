import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { getSigningKeys, OutputOf, rollOverSigningKey } from '@patchbay/contracts';
import { WorkLoop, type Transaction } from '@patchbay/database';
import { CLOCK, LOG, Sealer, SERVICE_CONFIG, type Clock, type Logger } from '@patchbay/service-kit';
import type { AuthConfig } from '../auth.config.js';
import { newSigningKey, openSigningKey } from './signing-key-pairs.js';
import { SigningKeysRepository } from './signing-keys.repository.js';

const dayMs = 24 * 60 * 60_000;
const hourMs = 60 * 60_000;
/** Within this time every gateway has fetched the public keys anew. Milliseconds. */
const noticeMs = 15 * 60_000;
/** Longer than the last token that the key before signed. Milliseconds. */
const afterlifeMs = hourMs;

/** Makes signing keys and lets them follow each other: published before they sign, and published until their last token has ended. */
@Injectable()
export class SigningKeysService implements OnModuleInit, OnModuleDestroy {
  readonly #loop: WorkLoop;

  constructor(
    @Inject(SigningKeysRepository) private readonly keys: SigningKeysRepository,
    @Inject(Sealer) private readonly sealer: Sealer,
    @Inject(SERVICE_CONFIG) private readonly config: Pick<AuthConfig, 'SIGNING_KEY_DAYS'>,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(LOG) log: Logger,
  ) {
    this.#loop = new WorkLoop({ name: 'signing-keys', log, pollMs: hourMs, step: () => this.#keepUp().then(() => 0) });
  }

  /** From then on there is a key, whichever replica made it. @throws SealBrokenError when its master key is not configured: nobody could sign in. */
  async onModuleInit(): Promise<void> {
    await this.#keepUp();
    const [youngest] = await this.keys.list();
    if (youngest !== undefined) await openSigningKey(this.sealer, youngest);
    this.#loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.#loop.stop();
  }

  async listPublic(): Promise<OutputOf<typeof getSigningKeys>> {
    return { keys: await this.keys.listPublic() };
  }

  /** A new key, before the old one is due: when it may have become known. */
  rollOver(): Promise<OutputOf<typeof rollOverSigningKey>> {
    return this.keys.decide((tx) => this.#make(tx, new Date(this.now().getTime() + noticeMs)));
  }

  async #keepUp(): Promise<void> {
    await this.keys.decide(async (tx) => {
      const now = this.now();
      const youngest = await this.keys.youngest(tx);
      // Nobody can know an older key than the very first, so that one signs at once.
      if (youngest === undefined) await this.#make(tx, now);
      else if (now.getTime() - youngest.getTime() >= this.config.SIGNING_KEY_DAYS * dayMs) await this.#make(tx, new Date(now.getTime() + noticeMs));
      await this.keys.forgetFollowed(tx, new Date(now.getTime() - afterlifeMs));
    });
  }

  async #make(tx: Transaction, signsFrom: Date): Promise<OutputOf<typeof rollOverSigningKey>> {
    const made = await newSigningKey(this.sealer);
    await this.keys.store(tx, made, { createdAt: this.now(), signsFrom });
    return { kid: made.kid, signs_from: signsFrom.toISOString() };
  }
}
