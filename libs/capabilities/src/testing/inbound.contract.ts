import type { InboundAnswer, InboundCall, InboundVerdict, InboundWebhooksCapability } from '../inbound-webhooks.js';

/** What is right or wrong about a webhook. `old` and `future` bear a time well outside of what is tolerated, rightly signed. */
export const inboundVariants = ['right', 'wrong_signature', 'tampered', 'unsigned', 'old', 'future'] as const;
/** One of {@link inboundVariants}. */
export type InboundVariant = (typeof inboundVariants)[number];

/** How to sign. */
export interface InboundSigning {
  readonly variant: InboundVariant;
  /** What makes the notice one of a kind: the same id is the same notice, sent once more. */
  readonly id: string;
  readonly now: Date;
  /** Signed instead of the provider's own shape. */
  readonly body?: Buffer;
}

/** The provider as the sender of webhooks, and the capability that reads them. */
export interface InboundHarness {
  readonly inbound: InboundWebhooksCapability;
  /** What the provider can tell, in its own words. */
  readonly types: readonly string[];
  /** Whether what is signed bears a time. */
  readonly signsTime: boolean;
  sign(type: string, signing: InboundSigning): InboundCall | Promise<InboundCall>;
  /** How the provider asks who answers, and what it must hear. */
  readonly handshakes: readonly { readonly name: string; readonly call: InboundCall; readonly answer: Partial<InboundAnswer> }[];
  stop?(): Promise<void>;
}

const now = new Date('2026-12-01T16:00:00Z');
const hostileBodies: readonly (readonly [string, Buffer])[] = [
  ['nothing', Buffer.alloc(0)],
  ['no JSON', Buffer.from('{"id": ')],
  ['null', Buffer.from('null')],
  ['a list', Buffer.from('[]')],
  ['a list of nulls', Buffer.from('[null, 1, "x"]')],
  ['an empty object', Buffer.from('{}')],
  ['a number for every word', Buffer.from('{"id": 1, "type": 2, "event": 3, "event_type": 4, "object": 5, "entry": 6, "resource": 7, "value": 8}')],
  ['a poisoned prototype', Buffer.from('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}')],
  ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28])],
];
/** What 1 MB of anything may take; quadratic work takes minutes. */
const megabyteMs = 5_000;

/** The promises in {@link InboundWebhooksCapability}, checked against any provider that makes them. */
export const inboundContract = (provider: string, start: () => InboundHarness | Promise<InboundHarness>): void => {
  describe(`${provider}: inbound webhooks`, () => {
    let harness: InboundHarness;
    beforeAll(async () => (harness = await start()));
    afterAll(() => harness.stop?.());

    const signed = (signing: Partial<InboundSigning> = {}, type = harness.types[0] ?? ''): InboundCall | Promise<InboundCall> =>
      harness.sign(type, { variant: 'right', id: 'notice-1', now, ...signing });
    const receive = async (call: InboundCall | Promise<InboundCall>): Promise<InboundVerdict> => harness.inbound.receive(await call, now);
    const noticesOf = async (call: InboundCall | Promise<InboundCall>) => {
      const verdict = await receive(call);
      return verdict.kind === 'notices' ? verdict.notices : [];
    };

    it('reads every kind of notice that the provider signs', async () => {
      expect(harness.types.length).toBeGreaterThan(0);
      for (const type of harness.types) {
        const notices = await noticesOf(signed({ id: `notice-${type}` }, type));
        expect([type, notices.length > 0]).toEqual([type, true]);
        // Stored in an index and shown in a list.
        expect(notices.filter(({ key, type: told }) => !/^[^\0]{1,300}$/.test(key) || !/^[^\0]{1,200}$/.test(told))).toEqual([]);
      }
    });

    it('knows a notice again that comes once more, and tells it from another', async () => {
      const keysOf = async (id: string, at: Date) => (await noticesOf(signed({ id, now: at }))).map(({ key }) => key);
      const first = await keysOf('notice-1', now);

      expect(first.length).toBeGreaterThan(0);
      expect(await keysOf('notice-1', new Date(now.getTime() - 60_000))).toEqual(first);
      expect((await keysOf('notice-2', now)).filter((key) => first.includes(key))).toEqual([]);
    });

    it.each(['wrong_signature', 'tampered', 'unsigned'] as const)('refuses what is %s, and says nothing of what was received', async (variant) => {
      const verdict = await receive(signed({ variant }));

      expect(verdict).toEqual({ kind: 'refused', reason: expect.stringMatching(/^[a-z_]{1,40}$/) });
    });

    it.each(['old', 'future'] as const)('refuses what is %s, where the provider signs a time', async (variant) => {
      const verdict = harness.signsTime ? await receive(signed({ variant })) : { kind: 'refused' };

      expect(verdict).toMatchObject({ kind: 'refused' });
    });

    it('tolerates the clock of a provider that is a minute off, both ways', async () => {
      for (const ms of [-60_000, 60_000]) expect(await receive(signed({ now: new Date(now.getTime() + ms) }))).toMatchObject({ kind: 'notices' });
    });

    it.each(hostileBodies)('refuses %s without a signature', async (_name, body) => {
      const call = await signed({ variant: 'unsigned' });

      expect(await receive({ ...call, body })).toMatchObject({ kind: 'refused' });
    });

    it.each(hostileBodies)('gives a verdict on %s, be it signed', async (_name, body) => {
      const { kind } = await receive(signed({ body }));

      expect(['notices', 'handshake', 'refused']).toContain(kind);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    });

    it('gives a verdict whatever content is announced', async () => {
      const call = await signed();

      for (const type of ['', 'text/html', 'multipart/form-data', 'application/json; charset=utf-16', 'x'.repeat(5_000)])
        expect(['notices', 'refused']).toContain((await receive({ ...call, headers: { ...call.headers, 'content-type': type } })).kind);
    });

    it('refuses a call without headers, and headers that are nonsense', async () => {
      const call = await signed();
      const nonsense = (value: string) => Object.fromEntries(Object.keys(call.headers).map((name) => [name, value]));

      for (const headers of [{}, nonsense(''), nonsense('§'), nonsense('t=,v1='), nonsense('9'.repeat(400)), nonsense('%00'), nonsense('=,=,;=;')])
        expect(await receive({ ...call, query: {}, headers })).toMatchObject({ kind: 'refused' });
    });

    it('reads a megabyte in the time that a megabyte takes', async () => {
      for (const filling of ['{"a":', '[', ' ', '"', 'a=b&', '<a>', '\\', '{"a":[']) {
        const body = Buffer.alloc(1_000_000, filling);
        const call = await signed({ body });
        const started = performance.now();
        await receive(call);
        expect(performance.now() - started).toBeLessThan(megabyteMs);
      }
    });

    it('answers when the provider asks who is there', async () => {
      for (const { call, answer } of harness.handshakes) expect(await receive(call)).toMatchObject({ kind: 'handshake', answer });
    });
  });
};
