import { toExport } from './delivery-export.js';
import type { DeliveryRow } from './delivery-log.repository.js';

const now = new Date('2026-11-21T12:00:00Z');
const aRow = (changes: Readonly<Record<string, unknown>> = {}): DeliveryRow =>
  ({
    id: 'd1',
    event_id: 'e1',
    event_type: 'booking_created',
    status: 'succeeded',
    attempt_count: 1,
    next_attempt_at: null,
    created_at: now,
    attempts: [{ attempted_at: now.toISOString(), status_code: 200, duration_ms: 7, error: null, response_excerpt: '=1+1' }],
    ...changes,
  }) as unknown as DeliveryRow;
const cellOf = (event_type: string): string =>
  toExport('csv', [aRow({ event_type })], false)
    .replace(/^d1,e1,/, '')
    .replace(/,succeeded,1,[^]*$/, '');

describe('a log that is taken away', () => {
  it.each(['=cmd|"/c calc"!A1', '+1+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', '=HYPERLINK("https://evil.example")', '=1,2', "='x"])(
    'holds no formula for a spreadsheet: %j',
    (text) => {
      const cell = cellOf(text);

      expect(cell.replace(/^"/, '').startsWith("'")).toBe(true);
      expect(cell.replace(/^"|"$/g, '').replaceAll('""', '"')).toBe(`'${text}`);
    },
  );

  it.each(['booking_created', 'a=b', "it's", 'a,b', 'a "b"', 'a\r\nb'])('holds other text as it is: %j', (text) => {
    expect(cellOf(text).replace(/^"|"$/g, '').replaceAll('""', '"')).toBe(text);
  });

  it('holds numbers as numbers, and nothing of what a receiver answered', () => {
    const [line = ''] = toExport('csv', [aRow()], false).split('\r\n');

    expect(line).toBe('d1,e1,booking_created,succeeded,1,2026-11-21T12:00:00.000Z,,2026-11-21T12:00:00.000Z,200,7,');
  });

  it('holds every delivery in one line of NDJSON, word for word', () => {
    const lines = toExport('ndjson', [aRow({ event_type: '=1\r\n\u001b[31m' }), aRow()], true).split('\n');

    expect(lines).toHaveLength(3);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ event_type: '=1\r\n\u001b[31m' });
  });
});
