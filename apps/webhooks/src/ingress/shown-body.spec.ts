import { configureProviders, providers, withProviders } from '@patchbay/providers';
import { fakeWebhookSenders } from '@patchbay/providers/testing';
import { z } from 'zod';
import { toReceivedCall } from './received-call.js';
import { shownBody } from './shown-body.js';

const shown = (body: string, fields: readonly string[], type = 'application/json') => {
  const { bytes, isRedacted } = shownBody(Buffer.from(body), type, fields);
  return [bytes.toString(), isRedacted];
};

describe('a body that is shown', () => {
  it('is what came when nothing of it is secret', () => {
    expect(shown('{"a": 1}  ', [])).toEqual(['{"a": 1}  ', false]);
  });

  it.each([
    ['a field', '{"signature":{"token":"t"},"b":1}', ['signature'], '{"signature":"[hidden]","b":1}'],
    ['a field of each element', '{"value":[{"s":"x","k":1},{"k":2}]}', ['value.*.s'], '{"value":[{"s":"[hidden]","k":1},{"k":2}]}'],
    ['a field that is there twice', '{"s":"x","s":"y"}', ['s'], '{"s":"[hidden]"}'],
    ['a field of that name elsewhere only', '{"a":{"s":1},"value":"s"}', ['s', 'value.*.s'], '{"a":{"s":1},"value":"s"}'],
    ['a name with odd letters', '{"\\u0073":"x","__proto__":{"s":1}}', ['s'], '{"s":"[hidden]","__proto__":{"s":1}}'],
  ])('hides %s', (_what, body, fields, expected) => {
    expect(shown(body, fields)).toEqual([expected, true]);
  });

  it('hides the fields of a form, however often they come', () => {
    expect(shown('token=a&x=1&token=b', ['token'], 'application/x-www-form-urlencoded; charset=utf-8')).toEqual([
      'token=%5Bhidden%5D&x=1&token=%5Bhidden%5D',
      true,
    ]);
  });

  it.each(['{"s":', 'not JSON', '--boundary\r\ncontent-disposition: form-data; name="s"\r\n\r\nsecret'])(
    'is empty when its secrets cannot be found: %j',
    (body) => {
      expect(shown(body, ['s'], 'multipart/form-data; boundary=boundary')).toEqual(['', true]);
    },
  );
});

describe('what is kept and shown of a webhook', () => {
  const url = 'https://patchbay.example.com/api/v1/ingress/x';
  const limiter = { acquire: async () => null };
  const everything = Object.assign({ INSTAGRAM_CLIENT_ID: 'sandbox' }, ...fakeWebhookSenders.map(({ environment }) => environment)) as object;
  const configured = configureProviders(withProviders(z.object({})).parse(everything), { limiter });
  const sent = fakeWebhookSenders.flatMap((sender) => sender.types.map((type) => [sender.provider, type, sender] as const));

  it('is declared by every provider that sends some', () => {
    const declared = providers.flatMap((provider) => ('inboundWebhooks' in provider ? [provider.inboundWebhooks.secrets] : []));

    expect(declared.length).toBe(fakeWebhookSenders.length);
    expect(declared.every(({ headers, fields }) => headers.length + fields.length > 0)).toBe(true);
  });

  it.each(sent)('cannot be sent again in the name of %s: %s', async (name, type, sender) => {
    const { inboundWebhooks, inboundSecrets } = configured.find(name) ?? {};
    const now = new Date('2026-12-01T16:00:00Z');
    const call = await sender.sign(type, { id: 'one', variant: 'right', now, url, apiBaseUrl: url });
    const { headers: secretHeaders = [], fields = [] } = inboundSecrets ?? {};
    const told = [{ key: 'k', type, accountId: null }];

    const kept = toReceivedCall({ provider: name, call, told, receivedAt: now, secretHeaders }).body;
    const body = shownBody(kept.body, kept.headers['content-type'] ?? '', fields).bytes;
    const again = await inboundWebhooks?.receive({ ...call, headers: kept.headers, body }, now);

    expect(again?.kind).toBe('refused');
  });
});
