import {
  AppError,
  authenticateSession,
  getSigningKeys,
  requestSubjectOf,
  type Caller,
  type OutputOf,
  type RequestContract,
} from '@patchbay/contracts';
import { connectNats, ConnectionState, LargeMessages, type LargeMessage } from '@patchbay/messaging';
import { headers, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';
import { silentLog } from './silent-log.js';

interface Frame {
  readonly input: Record<string, unknown>;
  readonly caller?: Caller;
}

type Handler = (input: Record<string, unknown>, caller: Caller | undefined) => unknown;

/** What a service was asked. */
export interface Asked {
  readonly input: Readonly<Record<string, unknown>>;
  readonly caller: Caller | undefined;
}

/** Where the gateway of these tests believes to be reached. */
export const publicBaseUrl = 'http://gateway.test';

/** Answers requests in the place of all services, and issues access tokens as `auth` does. */
export class FakeServices {
  readonly #large: LargeMessages;
  readonly #asked = new Map<string, Asked[]>();
  readonly #subscriptions = new Map<string, Subscription>();

  private constructor(
    private readonly connection: NatsConnection,
    private readonly keys: Awaited<ReturnType<typeof generateKeyPair>>,
    private readonly jwk: { readonly kty: string; readonly kid: string; readonly alg: string },
  ) {
    this.#large = new LargeMessages(connection, new ConnectionState(connection));
  }

  static async start(natsUrl: string): Promise<FakeServices> {
    const connection = await connectNats({ servers: natsUrl, name: 'fake', log: silentLog });
    const keys = await generateKeyPair('ES256', { extractable: true });
    const jwk = { ...(await exportJWK(keys.publicKey)), kty: 'EC', kid: 'k1', alg: 'ES256', use: 'sig' };
    const fake = new FakeServices(connection, keys, jwk);
    fake.answer(getSigningKeys, () => ({ keys: [fake.jwk] }));
    fake.answer(authenticateSession, () => ({ is_active: true }));
    return fake;
  }

  /** From now on the request is answered like this; an AppError that is thrown becomes a failure. */
  answer<Contract extends RequestContract>(
    contract: Contract,
    handler: (input: Record<string, unknown>, caller: Caller | undefined) => OutputOf<Contract>,
  ): void {
    this.goAway(contract);
    const subject = requestSubjectOf(contract);
    const answer = (message: Msg, frame: Frame): void => {
      const asked = { input: frame.input, caller: frame.caller };
      this.#asked.set(subject, [...(this.#asked.get(subject) ?? []), asked]);
      reply(message, handler as Handler, asked);
    };
    const callback = (_error: Error | null, message: Msg): void => {
      const parts = this.#large.receive(message);
      if (parts === undefined) answer(message, message.json<Frame>());
      else void this.#answerWhole(parts, (frame) => answer(message, frame));
    };
    this.#subscriptions.set(subject, this.connection.subscribe(subject, { callback }));
  }

  /** What was asked in parts; nothing is remembered of whoever went away meanwhile. */
  async #answerWhole(parts: Promise<LargeMessage>, answer: (frame: Frame) => void): Promise<void> {
    const whole = await parts.catch(() => undefined);
    if (whole === undefined) return;
    answer(JSON.parse(Buffer.from(whole.bytes).toString('utf8')) as Frame);
    whole.release();
  }

  /** Nobody answers this request any more. */
  goAway(contract: RequestContract): void {
    this.#subscriptions.get(requestSubjectOf(contract))?.unsubscribe();
  }

  /** What was asked so far, oldest first. */
  asked(contract: RequestContract): readonly Asked[] {
    return this.#asked.get(requestSubjectOf(contract)) ?? [];
  }

  /** An access token; claims that are given win. */
  token(claims: JWTPayload = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const usual = { iss: publicBaseUrl, aud: 'patchbay', sub: ada, role: 'user', tenant_id: 'default', iat: now, exp: now + 900 };
    return new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'at+jwt' }).sign(this.keys.privateKey);
  }

  /** Waits until the broker knows who answers what. */
  settled(): Promise<void> {
    return this.connection.flush();
  }

  async stop(): Promise<void> {
    await this.#large.close();
    await this.connection.close();
  }
}

/** A person. */
export const ada = '0198f2a4-0000-7000-8000-00000000ada0';

function reply(message: Msg, handler: Handler, { input, caller }: Asked): void {
  try {
    message.respond(JSON.stringify(handler({ ...input }, caller)));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const carried = headers();
    carried.set('Patchbay-Error', error.code);
    message.respond(JSON.stringify(error.details), { headers: carried });
  }
}
