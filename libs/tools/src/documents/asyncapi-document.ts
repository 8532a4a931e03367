import { eventCatalog, eventEnvelope, eventIdHeader, subjectOf, traceHeader, type EventContract } from '@patchbay/contracts';
import { eventStream } from '@patchbay/messaging';
import { z } from 'zod';
import type { GeneratedFile } from './generated-file.js';

type Json = Readonly<Record<string, unknown>>;

const description = `Events on NATS JetStream. Whoever publishes sets the header ${eventIdHeader} to the event's id: the same id twice is one event.
Every consumer is a durable one with explicit acknowledgement, and handles each event id once.`;

/** `docs/asyncapi.json`: the bus as AsyncAPI 3.0, seen from Patchbay. https://www.asyncapi.com/docs/reference/specification/v3.0.0 */
export function asyncApiDocument(): GeneratedFile {
  const contracts: readonly EventContract[] = eventCatalog;
  const document = {
    'x-generated-by': 'npm run generate',
    asyncapi: '3.0.0',
    info: { title: 'Patchbay events', version: '0.1.0', description, license: { name: 'Apache-2.0' } },
    defaultContentType: 'application/json',
    servers: {
      nats: { host: '{host}', protocol: 'nats', description: 'NATS with JetStream: NATS_URL.', variables: { host: { default: 'localhost:4222' } } },
    },
    channels: byName(contracts, channel),
    operations: byName(contracts, operation),
    components: { messages: byName(contracts, message), schemas: { headers }, messageTraits: { onTheBus } },
  };
  return { path: 'docs/asyncapi.json', content: `${JSON.stringify(document, null, 2)}\n` };
}

const nameOf = ({ type, version }: EventContract): string => `${type}_v${version}`;
const byName = (contracts: readonly EventContract[], part: (contract: EventContract) => Json): Json =>
  Object.fromEntries(contracts.map((contract) => [nameOf(contract), part(contract)]));

const channel = (contract: EventContract): Json => ({
  address: subjectOf(contract),
  summary: contract.summary,
  messages: { [nameOf(contract)]: { $ref: `#/components/messages/${nameOf(contract)}` } },
  tags: [{ name: contract.audience }],
  'x-jetstream': { stream: eventStream.name },
});

/** `receive` is what the product publishes, `send` what Patchbay does. */
const operation = (contract: EventContract): Json => ({
  action: contract.producer === 'product' ? 'receive' : 'send',
  channel: { $ref: `#/channels/${nameOf(contract)}` },
  summary: contract.summary,
  messages: [{ $ref: `#/channels/${nameOf(contract)}/messages/${nameOf(contract)}` }],
  bindings: { nats: { bindingVersion: '0.1.0' } },
  'x-producer': contract.producer,
  'x-consumers': contract.consumers,
});

const message = (contract: EventContract): Json => ({
  name: contract.type,
  title: contract.type,
  summary: contract.summary,
  traits: [{ $ref: '#/components/messageTraits/onTheBus' }],
  payload: envelopeOf(contract),
  examples: contract.examples.map((data) => ({
    headers: { [eventIdHeader]: exampleId },
    payload: { id: exampleId, type: contract.type, version: contract.version, timestamp: '2026-12-01T14:00:00Z', data },
  })),
});

const exampleId = '0198f2a4-0000-7000-8000-00000000e001';

const headers = {
  type: 'object',
  properties: {
    [eventIdHeader]: {
      type: 'string',
      format: 'uuid',
      description: "The event's id; JetStream drops a second one within two minutes, the consumers any.",
    },
    [traceHeader]: { type: 'string', description: 'W3C Trace Context; a new trace begins when it is absent.' },
  },
} as const;

const onTheBus = { contentType: 'application/json', headers: { $ref: '#/components/schemas/headers' } } as const;

function envelopeOf(contract: EventContract): Json {
  const envelope = jsonSchema(eventEnvelope);
  const properties = envelope['properties'] as Json;
  return {
    ...envelope,
    properties: { ...properties, type: { const: contract.type }, version: { const: contract.version }, data: jsonSchema(contract.data) },
  };
}

/** AsyncAPI's own schema format is a superset of draft 7. */
function jsonSchema(schema: z.ZodType): Json {
  const { $schema: _draft, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
  return rest;
}
