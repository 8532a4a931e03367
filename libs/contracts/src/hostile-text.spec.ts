import { hostileTexts } from './testing/hostile-text.js';
import { z } from 'zod';
import { eventCatalog } from './event-catalog.js';
import { routeCatalog } from './route-catalog.js';
import { unstorableText } from './storable-text.js';

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

type Make = (text: string) => unknown;

/** Ways to put a text into an input: one for every place that takes one, keys included. */
function places(schema: Schema): readonly Make[] {
  const { properties = {}, items, additionalProperties, anyOf = [], oneOf = [], allOf = [] } = schema;
  const inProperties = Object.entries(properties).flatMap(([key, inner]) => places(inner).map((make): Make => (text) => ({ [key]: make(text) })));
  const inItems = items === undefined ? [] : places(items).map((make): Make => (text) => [make(text)]);
  const asKey: readonly Make[] = additionalProperties === undefined || additionalProperties === false ? [] : [(text) => ({ [text]: text })];
  return [(text) => text, ...inProperties, ...inItems, ...asKey, ...[...anyOf, ...oneOf, ...allOf].flatMap(places)];
}

const schemaOf = (type: z.ZodType): Schema => z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' }) as Schema;
const msMax = 50;

/** The slowest of many attempts, each tried again when it was slow: a pause of the machine is no fault of a pattern. */
function slowest(type: z.ZodType, makes: readonly Make[]): { readonly ms: number; readonly text: string } {
  let worst = { ms: 0, text: '' };
  for (const make of makes)
    for (const [name, text] of hostileTexts) {
      const input = make(text);
      const work = (): unknown => type.safeParse(input);
      const first = timeOf(work);
      const ms = first < msMax ? first : Math.min(first, timeOf(work), timeOf(work));
      if (ms > worst.ms) worst = { ms, text: name };
    }
  return worst;
}

function timeOf(work: () => unknown): number {
  const before = performance.now();
  work();
  return performance.now() - before;
}

const routes = routeCatalog.map((route) => [`${route.method} ${route.path}`, route.request.input] as const);
const events = eventCatalog.map((contract) => [contract.type, contract.data] as const);

describe('fifty thousand characters that are hard on patterns', () => {
  it.each(routes)('are judged in no time wherever %s takes text', (_name, input) => {
    expect(slowest(input, places(schemaOf(input))).ms).toBeLessThan(msMax);
  });

  it.each(events)('are judged in no time wherever the event %s takes text', (_name, data) => {
    expect(slowest(data, places(schemaOf(data))).ms).toBeLessThan(msMax);
  });

  it.each(hostileTexts)('are known for storable text or none in no time: %s', (_name, text) => {
    expect(timeOf(() => unstorableText({ [text]: [text] }))).toBeLessThan(msMax);
  });

  it('reach every text of an input, those in lists and records included', () => {
    const type = z.object({ a: z.string(), b: z.array(z.object({ c: z.string() })), d: z.record(z.string(), z.string()) });
    const made = places(schemaOf(type)).map((make) => make('x'));

    expect(made).toEqual(expect.arrayContaining([{ a: 'x' }, { b: [{ c: 'x' }] }, { d: { x: 'x' } }]));
  });
});
