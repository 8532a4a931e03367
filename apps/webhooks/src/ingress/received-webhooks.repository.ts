import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { ChannelNews, ReceivedWebhook } from '@patchbay/contracts';
import { Database, insertOutboxRows, outboxParameters, type OutboxRow, type PreparedStatement } from '@patchbay/database';
import type { ReceivedCall, ReceivedNotice } from './received-call.js';

/**
 * Bodies, notices and the outbox in one statement and so in one commit. The provider's key decides whether a notice is new; one that is known is
 * counted and nothing else: neither its body nor an event of it is stored. Sorted, so that two statements with the same keys cannot deadlock.
 */
const store: PreparedStatement = {
  name: 'received-store',
  text: `
    WITH input AS (
      SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bool[], $7::uuid[], $8::timestamptz[], $9::int[], $10::uuid[],
          $21::text[], $22::text[])
        AS t(id, provider, key, type, provider_account_id, ends_connection, body_id, received_at, received_count, event_id, channel_id, channel_news)
    ), stored AS (
      INSERT INTO received_webhooks AS known
        (id, provider, key, type, provider_account_id, ends_connection, body_id, received_at, received_count, event_id, channel_id, channel_news)
      SELECT * FROM input ORDER BY provider, key
      ON CONFLICT (provider, key) DO UPDATE SET received_count = known.received_count + EXCLUDED.received_count
      RETURNING id
    ), fresh AS (
      SELECT input.id, input.body_id FROM input JOIN stored USING (id)
    ), kept AS (
      INSERT INTO received_bodies (id, headers, body, received_at)
      SELECT b.id, b.headers, coalesce(b.body, $20::bytea), b.received_at FROM unnest($11::uuid[], $12::text[], $13::bytea[], $14::timestamptz[]) AS b(id, headers, body, received_at)
      WHERE id IN (SELECT body_id FROM fresh)
    ), announced AS (
      INSERT INTO outbox (id, subject, payload, traceparent)
      SELECT e.id, e.subject, e.payload, e.traceparent
      FROM unnest($15::uuid[], $16::text[], $17::text[], $18::text[], $19::uuid[]) AS e(id, subject, payload, traceparent, received_id)
        JOIN fresh ON fresh.id = e.received_id
    )
    SELECT id FROM fresh`,
};

const findAltered = {
  name: 'received-altered',
  text: `
    SELECT received.id, received.provider FROM unnest($1::text[], $2::text[], $3::bytea[]) AS again(provider, key, digest)
      JOIN received_webhooks received USING (provider, key) JOIN received_bodies content ON content.id = received.body_id
    WHERE sha256(content.body) <> again.digest`,
};

const columns = `
  received.id, received.provider, received.type, received.key, received.provider_account_id, received.received_count, received.received_at,
  received.replayed_at, coalesce(length(content.body), 0) AS size_bytes,
  CASE WHEN announcing.id IS NOT NULL AND announcing.published_at IS NULL THEN 'stored' ELSE 'announced' END AS status`;
const from = `
  FROM received_webhooks received
    LEFT JOIN received_bodies content ON content.id = received.body_id
    LEFT JOIN outbox announcing ON announcing.id = received.event_id`;

const list = {
  name: 'received-list',
  text: `SELECT ${columns} ${from}
    WHERE ($1::uuid IS NULL OR received.id < $1) AND ($2::text IS NULL OR received.provider = $2) AND ($3::text IS NULL OR received.type = $3)
      AND ($4::timestamptz IS NULL OR received.received_at >= $4)
    ORDER BY received.id DESC LIMIT $5`,
};
const find = {
  name: 'received-find',
  text: `SELECT ${columns}, content.headers, substring(content.body FROM 1 FOR $2::int) AS body, received.ends_connection,
    received.channel_id, received.channel_news ${from} WHERE received.id = $1`,
};
const readBody = {
  name: 'received-body',
  text: `SELECT substring(content.body FROM $2::int + 1 FOR $3::int) AS part, length(content.body) AS size
    FROM received_webhooks received JOIN received_bodies content ON content.id = received.body_id WHERE received.id = $1`,
};
const sweep = {
  name: 'received-sweep',
  text: `
    WITH webhooks AS (
      DELETE FROM received_webhooks WHERE id IN (SELECT id FROM received_webhooks WHERE received_at < $1 ORDER BY received_at LIMIT $2) RETURNING id
    ), bodies AS (
      DELETE FROM received_bodies WHERE id IN (SELECT id FROM received_bodies WHERE received_at < $1 ORDER BY received_at LIMIT $2) RETURNING id
    )
    SELECT greatest((SELECT count(*) FROM webhooks), (SELECT count(*) FROM bodies))::int AS count`,
};

/** A received webhook as it is listed. */
export interface ReceivedRow extends Omit<ReceivedWebhook, 'received_at' | 'replayed_at'> {
  readonly received_at: Date;
  readonly replayed_at: Date | null;
}

/** The same with what came: of the body as much as was asked for, and nothing when retention took it a moment earlier. */
export interface WholeReceivedRow extends ReceivedRow {
  readonly headers: string | null;
  readonly body: Buffer | null;
  readonly ends_connection: boolean;
  readonly channel_id: string | null;
  readonly channel_news: ChannelNews | null;
}

/** Which ones to list; null does not matter. */
export interface ReceivedFilter {
  readonly after: string | null;
  readonly provider: string | null;
  readonly type: string | null;
  readonly since: Date | null;
  readonly limit: number;
}

/** What providers told. */
@Injectable()
export class ReceivedWebhooksRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Stores several at once; a call with a large body comes alone. @returns the ids of the notices that were not known before. */
  async store(calls: readonly ReceivedCall[]): Promise<ReadonlySet<string>> {
    const notices = countedOnce(calls.flatMap((call) => call.notices));
    if (notices.length === 0) return new Set();
    const bodies = calls.map(({ body, notices: [first] }) => ({ ...body, receivedAt: first?.receivedAt ?? null }));
    const events = notices.flatMap(({ notice }) => notice.events.map((event) => ({ ...event, receivedId: notice.id })));
    const rows = await this.database.execute<{ readonly id: string }>(store, [
      ...noticeColumns(notices),
      bodies.map(({ id }) => id),
      bodies.map(({ headers }) => JSON.stringify(headers)),
      bodies.map(({ body }) => (isLargeBody(body) ? null : body)),
      bodies.map(({ receivedAt }) => receivedAt),
      ...outboxParameters(events),
      events.map(({ receivedId }) => receivedId),
      bodies.find(({ body }) => isLargeBody(body))?.body ?? null,
      notices.map(({ notice }) => notice.channel?.id ?? null),
      notices.map(({ notice }) => notice.channel?.news ?? null),
    ]);
    return new Set(rows.map(({ id }) => id));
  }

  /** Which of these, known already, came with another body than the first time. */
  async findAltered(calls: readonly ReceivedCall[]): Promise<readonly Pick<ReceivedRow, 'id' | 'provider'>[]> {
    const again = calls.flatMap(({ body, notices }) => notices.map(({ provider, key }) => ({ provider, key, body: body.body })));
    const digests = again.map(({ body }) => createHash('sha256').update(body).digest());
    return this.database.read(findAltered, [again.map(({ provider }) => provider), again.map(({ key }) => key), digests]);
  }

  list({ after, provider, type, since, limit }: ReceivedFilter): Promise<ReceivedRow[]> {
    return this.database.read<ReceivedRow>(list, [after, provider, type, since, limit]);
  }

  /** One of them, with so many bytes of its body. */
  async find(id: string, bodyBytes: number): Promise<WholeReceivedRow | undefined> {
    return (await this.database.read<WholeReceivedRow>(find, [id, bodyBytes]))[0];
  }

  /** Part of a body, and how large it is as a whole. */
  async readBody(id: string, part: { readonly offset: number; readonly bytes: number }): Promise<{ part: Buffer; size: number } | undefined> {
    return (await this.database.read<{ part: Buffer; size: number }>(readBody, [id, part.offset, part.bytes]))[0];
  }

  /** Announces it once more. */
  async replay(id: string, events: readonly OutboxRow[], now: Date): Promise<void> {
    await this.database.transaction(async (tx) => {
      await tx.query(`UPDATE received_webhooks SET replayed_at = $2, event_id = $3 WHERE id = $1`, [id, now, events[0]?.id]);
      await tx.query(insertOutboxRows, outboxParameters(events));
      tx.onCommit(() => this.database.wakeRelay());
    });
  }

  /** Forgets some that are older than `before`. @returns how many. */
  async sweep(before: Date, limit: number): Promise<number> {
    return (await this.database.execute<{ readonly count: number }>(sweep, [before, limit]))[0]?.count ?? 0;
  }
}

interface CountedNotice {
  readonly notice: ReceivedNotice;
  readonly count: number;
}

/** In a list bytes are written out as text, twice as long; one value by itself travels as it is. Bytes. */
const listedBytesMax = 1_024 * 1_024;

/** True for a body that has to be stored by itself. */
export const isLargeBody = (body: Buffer): boolean => body.length > listedBytesMax;

/** One statement can touch a row once: of several with the same key the first is stored, and the others are counted. */
function countedOnce(notices: readonly ReceivedNotice[]): readonly CountedNotice[] {
  const counted = new Map<string, CountedNotice>();
  for (const notice of notices) {
    const key = JSON.stringify([notice.provider, notice.key]);
    const known = counted.get(key);
    counted.set(key, { notice: known?.notice ?? notice, count: (known?.count ?? 0) + 1 });
  }
  return [...counted.values()];
}

const noticeColumns = (counted: readonly CountedNotice[]): readonly unknown[] => [
  counted.map(({ notice }) => notice.id),
  counted.map(({ notice }) => notice.provider),
  counted.map(({ notice }) => notice.key),
  counted.map(({ notice }) => notice.type),
  counted.map(({ notice }) => notice.accountId),
  counted.map(({ notice }) => notice.endsConnection),
  counted.map(({ notice }) => notice.bodyId),
  counted.map(({ notice }) => notice.receivedAt),
  counted.map(({ count }) => count),
  counted.map(({ notice }) => notice.events[0]?.id),
];
