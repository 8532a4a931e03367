import type { LedgerEntry } from '@patchbay/providers/testing';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { parsedOr400 } from './problem.js';
import type { SandboxState } from './sandbox-state.js';

const ledgerQuery = z.strictObject({
  provider: z.string().optional(),
  kind: z.string().optional(),
  key: z.string().optional(),
  after: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(100_000).default(10_000),
});

type LedgerQuery = z.output<typeof ledgerQuery>;

/** `GET|DELETE /control/ledger`. */
export const ledgerRoutes = (app: FastifyInstance, { ledger, receivers }: SandboxState): void => {
  app.get('/control/ledger', (request, reply) => {
    const query = parsedOr400(reply, ledgerQuery, request.query);
    if (query === null) return reply;
    const { after = 0, limit } = query;
    // Counted before what was read already is left out, so that a second reading counts on.
    const found = countedEntries(query.provider === 'receiver' ? webhookEntries(receivers, query) : ledger.entries({ ...query, after: undefined }));
    const entries = found.filter(({ sequence }) => sequence > after).slice(0, limit);
    const counts: Record<string, number> = {};
    for (const { provider, kind } of found) counts[`${provider} ${kind}`] = (counts[`${provider} ${kind}`] ?? 0) + 1;
    return { entries, total: found.length, counts, next_after: entries.at(-1)?.sequence ?? null };
  });
  app.delete('/control/ledger', (_request, reply) => {
    ledger.clear();
    receivers.all().forEach((receiver) => receiver.forget());
    return reply.code(204).send();
  });
};

/** Each entry with the how-manieth of its kind for its key it is: a second `event.created` for one key is what "twice" looks like. */
export const countedEntries = (entries: readonly LedgerEntry[]): readonly (LedgerEntry & { readonly count: number })[] => {
  const seen = new Map<string, number>();
  return entries.map((entry) => {
    const name = `${entry.provider} ${entry.kind} ${entry.key}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return { ...entry, count };
  });
};

/** Webhooks live in their receivers; here they are read as effects. Sequences are per receiver. */
const webhookEntries = (receivers: SandboxState['receivers'], { kind, key }: LedgerQuery): readonly LedgerEntry[] => {
  if (kind !== undefined && kind !== 'webhook.received') return [];
  return receivers.all().flatMap((receiver) =>
    receiver
      .list(0, Number.MAX_SAFE_INTEGER)
      .filter(({ webhook_id: id, body }) => key === undefined || id.includes(key) || body.includes(key))
      .map(({ sequence, webhook_id: id, received_at: at, type, verified, attempt, body }) => ({
        sequence,
        provider: 'receiver',
        kind: 'webhook.received',
        id,
        key: id,
        account: receiver.name,
        at,
        details: { type, verified, attempt, body },
      })),
  );
};
