import type { Attack } from '../attack.js';

const attacksSpec = 'libs/providers/src/inbound-attacks.spec.ts';
const constantSpec = 'libs/providers/src/constant-time.spec.ts';
const kit = 'libs/providers/src/_kit/inbound-signature.ts';
const kitSpec = 'libs/providers/src/_kit/inbound-signature.spec.ts';
const ingressSpec = 'apps/webhooks/src/ingress/ingress.integration.spec.ts';
const everyIngressSpec = 'apps/webhooks/src/ingress/ingress-attacks.integration.spec.ts';
const ingress = 'apps/webhooks/src/ingress/ingress.service.ts';
const rawRoutes = 'apps/gateway/src/routes/raw-routes.ts';
const rawRoutesSpec = 'apps/gateway/src/routes/raw-routes.integration.spec.ts';
const wholeStackSpec = 'apps/e2e/src/ingress.e2e.spec.ts';
const rotationSpec = 'apps/webhooks/src/endpoints/rotate-secret.integration.spec.ts';
const endpoints = 'apps/webhooks/src/endpoints/endpoints.service.ts';
const signature = 'apps/webhooks/src/deliveries/signature.ts';
const provider = (name: string, file = name): string => `libs/providers/src/${name}/${file}.inbound.ts`;

/** In each of these, what is compared is the whole signature. */
const comparisons: readonly (readonly [string, string, string])[] = [
  ['Stripe', provider('stripe'), '!expected.some((right) => signatures.some((given) => isSameText(given, right)))'],
  ['PayPal', provider('paypal'), '!isSigned(call.body, { shown, key, ids })'],
  ['Zoom', provider('zoom'), '!isSameText(signature, `v0=${hexMac('],
  ['Google', provider('google'), "!isChannelToken(secrets, { provider: 'google', id: channelId }, token)"],
  ['YouTube', provider('google', 'youtube'), '!isSigned(signature, secrets, body)'],
  ['Instagram', provider('instagram'), '!isSameText(signature, `sha256=${hexMac('],
  ['Discord', provider('discord'), 'return isRight ? '],
  ['SendGrid', provider('sendgrid'), '!keys.some((key) => verify('],
  ['Webex', provider('webex'), '!isSigned(signature, secrets, body)'],
  ['Agora', provider('agora'), '!isSameText(signature, hexMac('],
];
const alwaysRight = (find: string): string => (find.startsWith('return isRight') ? 'return isRight || true ? ' : `false && ${find}`);

export const signaturesAttacks: readonly Attack[] = [
  {
    id: 8,
    what: 'a webhook of a provider without a signature, with an empty, doubled, weaker or foreign one, or without a secret to check it with',
    tests: [
      { file: attacksSpec, name: 'is taken when it is signed rightly, else nothing here means anything' },
      { file: attacksSpec, name: 'is refused without any of what proves the sender, and with anything else in its place' },
      { file: attacksSpec, name: 'is refused when its body proves nothing' },
      { file: attacksSpec, name: 'is not read at all, or refused, when its secret is set to' },
      { file: attacksSpec, name: 'a weaker signature' },
      { file: kitSpec, name: 'reads base64 in one spelling only' },
      { file: kitSpec, name: 'takes several secrets, and no empty one' },
      { file: 'libs/providers/src/stripe/stripe.inbound.spec.ts', name: 'accepts any of several signatures, and any of several secrets' },
      { file: everyIngressSpec, name: 'is refused and leaves no row' },
      { file: ingressSpec, name: 'are refused and leave nothing' },
      { file: rawRoutesSpec, name: 'show a header that comes twice as both, so that no signature is chosen among them' },
      { file: wholeStackSpec, name: 'webhooks of' },
    ],
    defences: [
      ...comparisons.map(([name, file, find]) => ({ without: `the comparison for ${name}`, file, find, replaceBy: alwaysRight(find) })),
      {
        without: 'the comparison for GitHub',
        file: provider('github'),
        find: `? undefined : 'signature_wrong'`,
        replaceBy: '? undefined : undefined',
      },
      { without: 'the comparison for Mailgun', file: provider('mailgun'), find: 'return isRight ? ', replaceBy: 'return isRight || true ? ' },
      {
        without: 'the comparison for Graph',
        file: provider('microsoft'),
        find: 'token !== undefined && isChannelToken(secrets, { provider, id }, token)',
        replaceBy: 'token !== undefined',
      },
      {
        without: 'a scheme of its own at Stripe',
        file: provider('stripe'),
        find: `valuesFor('v1')`,
        replaceBy: `pairs.map(([, value = '']) => value)`,
      },
      { without: 'one spelling of base64', file: kit, find: "bytes.length > 0 && bytes.toString('base64') === text", replaceBy: 'bytes.length > 0' },
      { without: 'the refusal of empty secrets', file: kit, find: `.filter((value) => value !== '')`, replaceBy: '' },
      {
        without: 'the refusal by the service',
        file: ingress,
        find: `throw new AppError('webhook_signature_invalid');`,
        replaceBy: 'return accepted;',
      },
      {
        without: 'both of two headers of one name',
        file: rawRoutes,
        find: 'before === undefined ? value : `${before}, ${value}`',
        replaceBy: 'value',
      },
    ],
  },
  {
    id: 9,
    what: 'a body whose bytes and whose meaning differ: escapes, doubled keys, byte order marks, line ends, bytes that are no text',
    tests: [
      { file: attacksSpec, name: 'is verified over its bytes, however odd, and over no other spelling of the same' },
      { file: ingressSpec, name: 'are verified over the bytes that came, however odd they are' },
      { file: rawRoutesSpec, name: 'pass on compressed bytes as they are' },
      { file: rawRoutesSpec, name: 'pass on a body whose type is not said' },
    ],
    defences: [
      {
        without: 'bytes as they came, at the gateway',
        file: rawRoutes,
        find: `request.body.toString('base64')`,
        replaceBy: `Buffer.from(request.body.toString('utf8')).toString('base64')`,
      },
      {
        without: 'bytes as they came, in the service',
        file: ingress,
        find: `Buffer.from(input.body_base64, 'base64')`,
        replaceBy: `Buffer.from(Buffer.from(input.body_base64, 'base64').toString('utf8').trim())`,
      },
      ...(
        [
          ['Stripe', provider('stripe'), '`${time}.`, body)'],
          ['Zoom', provider('zoom'), '`v0:${timestamp}:`, body)'],
          ['Agora', provider('agora'), `hexMac('sha256', secret, body)`],
        ] as const
      ).map(([name, file, find]) => ({
        without: `the bytes that ${name} signed`,
        file,
        find,
        replaceBy: find.replace('body)', `body.toString('utf8').replace(/^\\ufeff/, '').trim())`),
      })),
    ],
  },
  {
    id: 10,
    what: 'another text for the same time, or a piece that moves from the time to the body',
    tests: [
      { file: kitSpec, name: 'for no time' },
      { file: attacksSpec, name: 'is taken by' },
      { file: attacksSpec, name: 'that is none, before 1970 or far away is refused by' },
      { file: attacksSpec, name: 'cannot take a part of the body with it, nor leave one there, at' },
    ],
    defences: [
      { without: 'digits only', file: kit, find: '/^\\d{1,12}$/.test(text) ? Number(text) * 1_000 : Number.NaN', replaceBy: 'Number(text) * 1_000' },
      { without: 'whole numbers that end', file: kit, find: '/^\\d{1,12}$/', replaceBy: '/^\\d{1,12}/' },
      { without: 'the refusal of what is no time', file: kit, find: `if (!Number.isFinite(signedAt)) return 'malformed';`, replaceBy: '' },
      {
        without: 'the length of a time at Mailgun',
        file: provider('mailgun'),
        find: 'timestamp.length === 10 ? secondsOf(timestamp) : Number.NaN',
        replaceBy: 'Number(timestamp) * 1_000',
      },
    ],
    remark: 'ids of our own events are UUIDs and hold no dot',
  },
  {
    id: 11,
    what: 'a signature is guessed letter by letter, or has letters that make the comparison throw',
    tests: [
      { file: constantSpec, name: 'is compared in constant time' },
      { file: constantSpec, name: 'is compared as bytes of one length, and another length is no error' },
      { file: kitSpec, name: 'compares texts of any length and of any letters' },
      { file: attacksSpec, name: 'is refused without any of what proves the sender, and with anything else in its place' },
    ],
    defences: [
      {
        without: 'constant time',
        file: kit,
        find: 'ours.length === theirs.length && timingSafeEqual(ours, theirs)',
        replaceBy: 'given === expected',
      },
      { without: 'the look at the length', file: kit, find: 'ours.length === theirs.length && ', replaceBy: '' },
      { without: 'the length in bytes', file: kit, find: 'ours.length === theirs.length', replaceBy: 'given.length === expected.length' },
    ],
  },
  {
    id: 12,
    what: 'a webhook comes again: the same, later, earlier, under the same id with another body, or at another provider',
    tests: [
      { file: ingressSpec, name: 'that come again are counted and do nothing else, also at the same moment' },
      { file: everyIngressSpec, name: 'cannot put another body under an id that is known: the first stays, and nothing is announced again' },
      { file: everyIngressSpec, name: 'cannot be repeated: what was taken once does nothing more, and after five minutes is refused' },
      { file: everyIngressSpec, name: 'is refused when it was signed for another provider, and leaves no row' },
      { file: attacksSpec, name: 'is refused by every other provider' },
      { file: kitSpec, name: 'looks at the time both ways' },
      { file: wholeStackSpec, name: 'count once when they come twice' },
    ],
    defences: [
      { without: 'the end of a time', file: kit, find: `if (signedAt < now.getTime() - toleranceMs) return 'too_old';`, replaceBy: '' },
      {
        without: 'the beginning of a time',
        file: kit,
        find: `signedAt > now.getTime() + inboundToleranceMs ? 'from_the_future' : undefined`,
        replaceBy: 'undefined',
      },
      { without: 'telling of altered bodies', file: ingress, find: 'if (repeated.length > 0) void this.#lookForAltered(repeated);', replaceBy: '' },
      {
        without: 'that a known notice is not announced',
        file: 'apps/webhooks/src/ingress/received-webhooks.repository.ts',
        find: 'JOIN fresh ON fresh.id = e.received_id',
        replaceBy: '',
      },
      {
        without: 'that the body of a known notice is not stored',
        file: 'apps/webhooks/src/ingress/received-webhooks.repository.ts',
        find: 'WHERE id IN (SELECT body_id FROM fresh)',
        replaceBy: '',
      },
    ],
    remark:
      'another body under a known id is told to the operator, and answered with 200 and counted, because providers write some notices anew when they repeat them',
  },
  {
    id: 13,
    what: 'what is not signed says what happened: query, path, another header',
    tests: [
      { file: attacksSpec, name: 'tells nothing else because of what is not signed' },
      { file: attacksSpec, name: 'of GitHub cannot make an end of a permission out of another event' },
      { file: ingressSpec, name: 'take nothing from what is not signed: neither query nor path nor other headers change what was told' },
      { file: rawRoutesSpec, name: 'take what a path stands for from nowhere else' },
      { file: rawRoutesSpec, name: 'refuse a query that says a thing twice' },
    ],
    defences: [
      {
        without: 'the type in the signed body of Stripe',
        file: provider('stripe'),
        find: 'const { id, type, account, context } = event;',
        replaceBy: `const { id, account, context } = event; const type = call.headers['x-event-type'] ?? event.type;`,
      },
      {
        without: 'the type in the signed body of Zoom',
        file: provider('zoom'),
        find: 'return read(call.body);',
        replaceBy: `return read(Buffer.from(call.query['type'] === undefined ? call.body : JSON.stringify({ ...JSON.parse(call.body.toString()), event: call.query['type'] })));`,
      },
      {
        without: 'the shape of what ends a permission at GitHub',
        file: provider('github'),
        find: `{ action: z.literal('revoked'), sender`,
        replaceBy: '{ sender',
      },
      {
        without: 'the provider of the path',
        file: rawRoutes,
        find: `fixed?.['provider'] ?? paramsOf(request)['provider'] ?? ''`,
        replaceBy: `(request.query as Record<string, string>)['provider'] ?? fixed?.['provider'] ?? paramsOf(request)['provider'] ?? ''`,
      },
    ],
    remark: 'GitHub tells the kind and the id of an event in headers only, Google everything: what they tell is asked for before anything is done',
  },
  {
    id: 14,
    what: 'a secret that was replaced goes on signing, or so many are kept that a header overflows',
    tests: [
      { file: 'apps/webhooks/src/deliveries/signature.spec.ts', name: 'are made with every key whose time is not over' },
      { file: rotationSpec, name: 'signs at once, and the old one beside it, so that both official verifiers accept either' },
      { file: rotationSpec, name: 'is the only one without an overlap, and when it comes with an edit' },
      { file: rotationSpec, name: 'leaves those signing that were replaced shortly before, three at most' },
      { file: rotationSpec, name: 'made eleven times in a row leaves four signatures, of the newest' },
      { file: rotationSpec, name: 'signs until its time is over, and not after' },
      { file: rotationSpec, name: 'is forgotten with the next rotation after its time' },
      { file: rotationSpec, name: 'with an overlap of more than a week', writtenIn: rotationSpec },
    ],
    defences: [
      {
        without: 'an end of replaced secrets',
        file: signature,
        find: '.filter(({ untilMs }) => untilMs === null || untilMs > message.timestampSeconds * 1_000)',
        replaceBy: '',
      },
      {
        without: 'both signatures',
        file: signature,
        find: `untilMs === null || untilMs > message.timestampSeconds * 1_000`,
        replaceBy: 'untilMs === null',
      },
      { without: 'forgetting what is over', file: endpoints, find: 'Date.parse(each.until) > now && ', replaceBy: '' },
      { without: 'a limit', file: endpoints, find: '      .slice(0, previousMax);', replaceBy: ';' },
      {
        without: 'the end at once when a secret comes with an edit',
        file: endpoints,
        find: 'public_key: publicKeyOf(secret), ...noPrevious };',
        replaceBy:
          'public_key: publicKeyOf(secret), previous_sealed: this.secrets.sealPrevious([{ secret: this.secrets.openSecret(row), until: new Date(Date.now() + 3_600_000).toISOString() }], row), previous_until: new Date(Date.now() + 3_600_000) };',
      },
    ],
  },
];
