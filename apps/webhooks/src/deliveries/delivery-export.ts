import type { DeliveryRow } from './delivery-log.repository.js';

/** Formats a log can be taken away in. */
export type ExportFormat = 'csv' | 'ndjson';

/** One line for each delivery; with the headings before the first in CSV. */
export function toExport(format: ExportFormat, rows: readonly DeliveryRow[], isFirst: boolean): string {
  const records = rows.map(recordOf);
  if (format === 'ndjson') return records.map((record) => `${JSON.stringify(record)}\n`).join('');
  const lines = records.map((record) => columns.map((column) => cell(record[column])));
  return [...(isFirst ? [columns] : []), ...lines].map((line) => `${line.join(',')}\r\n`).join('');
}

const columns = [
  'id',
  'event_id',
  'event_type',
  'status',
  'attempt_count',
  'created_at',
  'next_attempt_at',
  'last_attempted_at',
  'last_status_code',
  'last_duration_ms',
  'last_error',
] as const;

type ExportRecord = Readonly<Record<(typeof columns)[number], string | number | null>>;

function recordOf(row: DeliveryRow): ExportRecord {
  const { id, event_id, event_type, status, attempt_count } = row;
  const last = row.attempts.at(-1);
  return {
    id,
    event_id,
    event_type,
    status,
    attempt_count,
    created_at: row.created_at.toISOString(),
    next_attempt_at: row.next_attempt_at?.toISOString() ?? null,
    last_attempted_at: last?.attempted_at ?? null,
    last_status_code: last?.status_code ?? null,
    last_duration_ms: last?.duration_ms ?? null,
    last_error: last?.error ?? null,
  };
}

/** A cell as RFC 4180 has it. Text that a spreadsheet would take for a formula is made text. https://owasp.org/www-community/attacks/CSV_Injection */
function cell(value: string | number | null): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
