import { Inject, Injectable } from '@nestjs/common';
import { AppError, type createBlock, type InputOf, type listBlocks, type ManualBlock, type OutputOf, type updateBlock } from '@patchbay/contracts';
import { Database, idCursorOf, toPage } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import { BlockWriter } from './block-writer.js';
import { BlocksRepository, type BlockFields, type BlockRow } from './blocks.repository.js';

type WantedFields = Omit<InputOf<typeof updateBlock>, 'block_id'>;

/** Times that people keep free of bookings by hand. */
@Injectable()
export class BlocksService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(BlocksRepository) private readonly blocks: BlocksRepository,
    @Inject(BlockWriter) private readonly writer: BlockWriter,
  ) {}

  async list(user: UserCaller, { from, to, ...page }: InputOf<typeof listBlocks>): Promise<OutputOf<typeof listBlocks>> {
    const range = { from: from === undefined ? null : new Date(from), to: to === undefined ? null : new Date(to) };
    const rows = await this.blocks.list(user, { ...range, after: idCursorOf(page), limit: page.limit + 1 });
    return toPage(rows, page.limit, toManualBlock);
  }

  /** @throws AppError `block_not_found` */
  async get(user: UserCaller, id: string): Promise<ManualBlock> {
    return toManualBlock(found(await this.blocks.find(user, id)));
  }

  /** @throws AppError `request_invalid`, `block_limit_reached` */
  async create(user: UserCaller, { idempotency_key: key, ...wanted }: InputOf<typeof createBlock>): Promise<ManualBlock> {
    return this.database.transaction(async (tx) => {
      await this.blocks.lockUser(tx, user);
      const known = key === undefined ? undefined : await this.blocks.findByKey(tx, user, key);
      return toManualBlock(known ?? (await this.writer.add(tx, user, { key: key ?? null, fields: { ...noFields, ...toFields(wanted) } })));
    });
  }

  /** @throws AppError `block_not_found`, `request_invalid`, `block_limit_reached` */
  async update(user: UserCaller, { block_id: id, ...wanted }: InputOf<typeof updateBlock>): Promise<ManualBlock> {
    return this.database.transaction(async (tx) => {
      await this.blocks.lockUser(tx, user);
      const row = found(await this.blocks.lock(tx, user, id));
      return toManualBlock(await this.writer.change(tx, user, { id, fields: { ...fieldsOf(row), ...toFields(wanted) } }));
    });
  }

  /** @throws AppError `block_not_found` */
  async remove(user: UserCaller, id: string): Promise<null> {
    return this.database.transaction(async (tx) => {
      await this.blocks.lockUser(tx, user);
      if (!(await this.blocks.remove(tx, user, id))) throw new AppError('block_not_found');
      return null;
    });
  }
}

const noFields: BlockFields = {
  title: '',
  note: null,
  starts_at: new Date(0),
  ends_at: new Date(0),
  time_zone: 'UTC',
  is_all_day: false,
  recurrence: [],
};

/** What is sent, and nothing else. */
function toFields({ start_time: start, end_time: end, ...others }: WantedFields): Partial<BlockFields> {
  const sent = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined)) as Partial<BlockFields>;
  return {
    ...sent,
    ...(start === undefined ? {} : { starts_at: new Date(start) }),
    ...(end === undefined ? {} : { ends_at: new Date(end) }),
  };
}

/** What a person said of a block. */
export const fieldsOf = ({ title, note, starts_at, ends_at, time_zone, is_all_day, recurrence }: BlockRow): BlockFields => ({
  title,
  note,
  starts_at,
  ends_at,
  time_zone,
  is_all_day,
  recurrence,
});

function found(row: BlockRow | undefined): BlockRow {
  if (row === undefined) throw new AppError('block_not_found');
  return row;
}

const toManualBlock = (row: BlockRow): ManualBlock => ({
  id: row.id,
  title: row.title,
  note: row.note,
  start_time: row.starts_at.toISOString(),
  end_time: row.ends_at.toISOString(),
  time_zone: row.time_zone,
  is_all_day: row.is_all_day,
  recurrence: [...row.recurrence],
  known_until: row.known_to?.toISOString() ?? null,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});
