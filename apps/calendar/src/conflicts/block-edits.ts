import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import { AppError, type BlockState } from '@patchbay/contracts';
import type { Transaction } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import { BlockWriter } from '../blocks/block-writer.js';
import { linesWithout, occurrencesOf, wallTimeOf, type Span } from '../blocks/block-times.js';
import { BlocksRepository, type BlockFields, type BlockRow } from '../blocks/blocks.repository.js';
import { fieldsOf } from '../blocks/blocks.service.js';

/** One time of a block, and what shall be there instead. */
export interface BlockEdit {
  readonly blockId: string;
  readonly time: Span;
  readonly instead: readonly Span[];
}

/** A block as the history keeps it: with what it is known by to whoever made it, should it be made again. */
export interface KeptBlock extends BlockState {
  readonly idempotency_key?: string | null;
}

/** Blocks that were edited, as they were and as they became. What is in one of them only was added, or removed. */
export interface EditedBlocks {
  readonly before: readonly KeptBlock[];
  readonly after: readonly KeptBlock[];
}

/** Changes blocks as decisions about conflicts want it, so that it can be undone. Within transactions that hold {@link BlocksRepository.lockUser}. */
@Injectable()
export class BlockEdits {
  constructor(
    @Inject(BlocksRepository) private readonly blocks: BlocksRepository,
    @Inject(BlockWriter) private readonly writer: BlockWriter,
  ) {}

  /** Puts other times in the place of one. Of a block that repeats the others stay: they become blocks of their own. @throws AppError `conflict_changed`, `block_limit_reached` */
  async apply(tx: Transaction, user: UserCaller, { blockId, time, instead }: BlockEdit): Promise<EditedBlocks> {
    const row = await this.blocks.lock(tx, user, blockId);
    if (row === undefined) throw new AppError('conflict_changed');
    const before = [{ ...stateOf(row), idempotency_key: row.idempotency_key }];
    const isRepeating = row.recurrence.length > 0;
    const [kept, ...others] = isRepeating ? [withoutTime(row, time), ...pieces(row, instead)] : pieces(row, instead);
    if (kept === undefined) await this.blocks.remove(tx, user, blockId);
    const after = kept === undefined ? [] : [stateOf(await this.writer.change(tx, user, { id: blockId, fields: kept }))];
    for (const fields of others) after.push(stateOf(await this.writer.add(tx, user, { fields })));
    return { before, after };
  }

  /** Makes blocks what they were. @throws AppError `conflict_changed` when somebody has changed them since */
  async undo(tx: Transaction, user: UserCaller, { before, after }: EditedBlocks): Promise<void> {
    for (const id of new Set([...before, ...after].map((state) => state.id))) {
      const row = await this.blocks.lock(tx, user, id);
      const [was, became] = [before, after].map((states) => states.find((state) => state.id === id));
      if (!isDeepStrictEqual(row === undefined ? undefined : stateOf(row), became)) throw new AppError('conflict_changed');
      if (was === undefined) await this.blocks.remove(tx, user, id);
      else if (became === undefined) await this.writer.add(tx, user, { id, key: await this.#freeKey(tx, user, was), fields: toFields(was) });
      else await this.writer.change(tx, user, { id, fields: toFields(was) });
    }
  }

  /** The key that a block was made with, unless another was made with it since. */
  async #freeKey(tx: Transaction, user: UserCaller, { idempotency_key: key = null }: KeptBlock): Promise<string | null> {
    return key === null || (await this.blocks.findByKey(tx, user, key)) !== undefined ? null : key;
  }
}

function withoutTime(row: BlockRow, { start, end }: Span): BlockFields {
  const occurrence = occurrencesOf(row, { from: start, to: end }).find((one) => one.start.getTime() === start.getTime());
  if (occurrence === undefined) throw new AppError('conflict_changed');
  return { ...fieldsOf(row), recurrence: linesWithout(row.recurrence, occurrence) };
}

const pieces = (row: BlockRow, spans: readonly Span[]): readonly BlockFields[] =>
  spans.map(({ start, end }) => ({
    ...fieldsOf(row),
    starts_at: start,
    ends_at: end,
    recurrence: [],
    is_all_day: row.is_all_day && [start, end].every((moment) => wallTimeOf(moment, row.time_zone).endsWith('T00:00:00')),
  }));

const stateOf = (row: BlockRow): BlockState => ({
  id: row.id,
  title: row.title,
  note: row.note,
  start_time: row.starts_at.toISOString(),
  end_time: row.ends_at.toISOString(),
  time_zone: row.time_zone,
  is_all_day: row.is_all_day,
  recurrence: [...row.recurrence],
});

/** As the API shows it. */
export const shownBlock = ({ idempotency_key: _key, ...state }: KeptBlock): BlockState => state;

const toFields = ({ id: _id, idempotency_key: _key, start_time: start, end_time: end, ...state }: KeptBlock): BlockFields => ({
  ...state,
  starts_at: new Date(start),
  ends_at: new Date(end),
});
