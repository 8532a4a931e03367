import { defineRoute, forPeople } from '../definitions/define-route.js';
import { createBlock, deleteBlock, getBlock, listBlocks, updateBlock } from './blocks.requests.js';

const tag = 'Calendars';
const blocks = '/api/v1/integrations/calendar/blocks';

/** Paths of times that people block by hand. */
export const blocksRoutes = [
  defineRoute({ method: 'GET', path: blocks, request: listBlocks, access: forPeople, tag, summary: 'Times that are blocked by hand' }),
  defineRoute({
    method: 'POST',
    path: blocks,
    request: createBlock,
    access: forPeople,
    status: 201,
    headers: { 'idempotency-key': 'idempotency_key' },
    tag,
    summary: 'Block a time, once or repeatedly',
  }),
  defineRoute({ method: 'GET', path: `${blocks}/:block_id`, request: getBlock, access: forPeople, tag, summary: 'A blocked time' }),
  defineRoute({
    method: 'PATCH',
    path: `${blocks}/:block_id`,
    request: updateBlock,
    access: forPeople,
    readOnlyKeys: ['id', 'known_until', 'created_at', 'updated_at'],
    tag,
    summary: 'Change a blocked time',
  }),
  defineRoute({
    method: 'DELETE',
    path: `${blocks}/:block_id`,
    request: deleteBlock,
    access: forPeople,
    status: 204,
    tag,
    summary: 'No longer block a time',
  }),
] as const;
