import { ProviderError } from '@patchbay/capabilities';
import { SpanStatusCode, trace, type Attributes, type Span, type SpanOptions, type Tracer } from '@opentelemetry/api';
import { inSpan } from './provider-span.js';

interface SeenSpan {
  readonly name: string;
  readonly attributes: Attributes;
  status: SpanStatusCode;
  hasEnded: boolean;
}

describe('the span of a call', () => {
  const spans: SeenSpan[] = [];
  const startActiveSpan = (name: string, options: SpanOptions, work: (span: Span) => unknown) => {
    const seen: SeenSpan = { name, attributes: { ...options.attributes }, status: SpanStatusCode.UNSET, hasEnded: false };
    spans.push(seen);
    const span = {
      setAttribute: (key: string, value: string) => (seen.attributes[key] = value),
      setStatus: ({ code }: { readonly code: SpanStatusCode }) => (seen.status = code),
      end: () => (seen.hasEnded = true),
    };
    return work(span as unknown as Span);
  };
  beforeAll(() => trace.setGlobalTracerProvider({ getTracer: () => ({ startActiveSpan }) as unknown as Tracer }));
  afterAll(() => trace.disable());
  beforeEach(() => (spans.length = 0));

  const subject = { provider: 'acme', call: { operation: 'things.get', path: '/things/{id}', accountId: 'a', idempotent: true }, method: 'GET' };

  it('names provider, operation and outcome, and no id', async () => {
    await inSpan(subject, async () => ({ status: 200, attempts: 2 }));

    expect(spans).toEqual([
      {
        name: 'acme things.get',
        attributes: {
          'patchbay.provider': 'acme',
          'patchbay.operation': 'things.get',
          'http.request.method': 'GET',
          'url.template': '/things/{id}',
          'http.response.status_code': 200,
          'http.request.resend_count': 1,
        },
        status: SpanStatusCode.UNSET,
        hasEnded: true,
      },
    ]);
  });

  it('is an error when there is no answer', async () => {
    await inSpan(subject, async () => ({ status: undefined, attempts: 1, failure: new ProviderError('acme', 'unavailable') }));

    expect(spans[0]).toMatchObject({ attributes: { 'error.type': 'unavailable' }, status: SpanStatusCode.ERROR, hasEnded: true });
  });

  it('ends also when the work throws', async () => {
    await expect(inSpan(subject, () => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');

    expect(spans[0]).toMatchObject({ hasEnded: true });
  });
});
