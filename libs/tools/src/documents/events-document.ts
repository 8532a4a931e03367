import { eventCatalog, subjectOf, type EventContract } from '@patchbay/contracts';
import { generatedMark, table, type GeneratedFile } from './generated-file.js';
import { schemaRows } from './json-schema-rows.js';

const introduction = `# Events

What happens is announced once, as an event. How to publish one: [guides/publishing-events.md](guides/publishing-events.md).
The same catalogue for machines: [asyncapi.json](asyncapi.json). Words: [glossary.md](glossary.md).

Every event travels in the same envelope, over HTTP, over NATS and to webhooks:

\`\`\`json
{ "id": "0198f2a4-0000-7000-8000-00000000e001", "type": "booking_created", "version": 1, "timestamp": "2026-12-01T14:00:00Z", "data": {} }
\`\`\`

\`id\` is the idempotency key: the same id twice is one event. Over NATS, unknown keys of \`data\` are dropped, so that a
newer producer does not break an older consumer; over HTTP they are refused, so that a slip of the pen is noticed. Shapes only grow; a changed meaning is a new version under a new subject.`;

/** `docs/events.md`: the public events first, because those are promises to customers. */
export function eventsDocument(): GeneratedFile {
  const byAudience = (audience: EventContract['audience']): readonly EventContract[] =>
    contracts.filter((contract) => contract.audience === audience);
  const content = [
    generatedMark,
    introduction,
    index(),
    '## Public events\n\nCustomers can subscribe webhooks to these.',
    ...byAudience('public').map(section),
    '## Internal events\n\nThese never leave Patchbay.',
    ...byAudience('internal').map(section),
  ];
  return { path: 'docs/events.md', content: content.join('\n\n') };
}

const contracts: readonly EventContract[] = eventCatalog;

const index = (): string =>
  table(
    ['event', 'announced by', 'what happened'],
    contracts.map(({ type, producer, summary }) => [`[\`${type}\`](#${type})`, producerName(producer), summary]),
  );

const producerName = (producer: EventContract['producer']): string => (producer === 'product' ? 'your product' : `\`${producer}\``);

/** `webhooks` takes every event: public ones to deliver, others only where the contract names it. */
const consumerNames = ({ consumers, audience }: EventContract): string =>
  [...new Set([...consumers, ...(audience === 'public' ? ['webhooks'] : [])])].map((name) => `\`${name}\``).join(', ');

function section(contract: EventContract): string {
  const rows = schemaRows(contract.data).map(({ field, type, isRequired, notes }) => [`\`${field}\``, type, isRequired ? 'yes' : '', notes]);
  return [
    `### ${contract.type}`,
    contract.summary,
    `Subject \`${subjectOf(contract)}\` · version ${contract.version} · announced by ${producerName(contract.producer)} · taken by ${consumerNames(contract)}`,
    table(['field of `data`', 'type', 'required', 'notes'], rows),
    `\`\`\`json\n${JSON.stringify(contract.examples[0], null, 2)}\n\`\`\``,
  ].join('\n\n');
}
