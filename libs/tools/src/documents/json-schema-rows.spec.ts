import { z } from 'zod';
import { schemaRows } from './json-schema-rows.js';

describe('schemaRows', () => {
  it('lists nested fields and the fields of list entries below their parents', () => {
    const rows = schemaRows(z.object({ organizer: z.object({ name: z.string() }), attendees: z.array(z.object({ email: z.email() })) }));

    expect(rows.map(({ field, type }) => [field, type])).toEqual([
      ['organizer', 'object'],
      ['organizer.name', 'string'],
      ['attendees', 'list of object'],
      ['attendees[].email', 'email'],
    ]);
  });

  it('says what is required, how long it may be, and what stands in for what is absent', () => {
    const rows = schemaRows(z.object({ title: z.string().min(1).max(500), note: z.string().optional(), mode: z.string().default('auto') }));

    expect(rows).toEqual([
      { field: 'title', type: 'string', isRequired: true, notes: 'not empty; at most 500 characters' },
      { field: 'note', type: 'string', isRequired: false, notes: '' },
      { field: 'mode', type: 'string', isRequired: false, notes: '`"auto"` when absent' },
    ]);
  });

  it('names the choices of a field, null among them', () => {
    const rows = schemaRows(z.object({ reason: z.enum(['gone', 'failing']), email: z.string().nullable() }));

    expect(rows.map(({ type }) => type)).toEqual(['`gone`, `failing`', 'string or null']);
  });
});
