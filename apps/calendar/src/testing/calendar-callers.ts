import type { Caller } from '@patchbay/contracts';
import { connectNats, RequestClient } from '@patchbay/messaging';
import pg from 'pg';
import { pino } from 'pino';
import type { CalendarStack } from './calendar-stack.js';

/** Who asks the service, and looks into its tables. */
export interface CalendarCallers {
  readonly requests: RequestClient;
  readonly sql: pg.Pool;
  readonly close: () => Promise<void>;
}

export async function openCallers({ nats, database }: CalendarStack): Promise<CalendarCallers> {
  const connection = await connectNats({ servers: nats.url, name: 'spec', log: pino({ level: 'silent' }) });
  const requests = new RequestClient(connection);
  const sql = new pg.Pool({ connectionString: database.url, options: '-c search_path=calendar', max: 2 });
  sql.on('error', () => undefined);
  const close = async (): Promise<void> => {
    requests.close();
    await connection.close();
    await sql.end();
  };
  return { requests, sql, close };
}

/** A person of the default tenant. */
export const as = (userId: string): { readonly caller: Caller } => ({ caller: { tenant_id: 'default', user_id: userId, role: 'user' } });
