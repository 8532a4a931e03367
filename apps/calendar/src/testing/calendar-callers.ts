import type { Caller } from '@patchbay/contracts';
import { connectNats, RequestClient } from '@patchbay/messaging';
import pg from 'pg';
import { pino } from 'pino';
import { startCalendarStack, type CalendarStack } from './calendar-stack.js';

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

/** The service as a suite uses it. */
export type UsedService = Omit<CalendarCallers, 'close'> & { readonly stack: CalendarStack };

/** The service for all tests of a suite: started before the first one, stopped after the last. */
export function useCalendarService(start = () => startCalendarStack()): UsedService {
  let begun: { readonly stack: CalendarStack; readonly callers: CalendarCallers } | undefined;
  const started = () => {
    if (begun === undefined) throw new Error('the service starts before the first test, not before the suite is read');
    return begun;
  };
  beforeAll(async () => {
    const stack = await start();
    begun = { stack, callers: await openCallers(stack) };
  });
  afterAll(async () => {
    await begun?.callers.close();
    await begun?.stack.stop();
  });
  return {
    get stack() {
      return started().stack;
    },
    get requests() {
      return started().callers.requests;
    },
    get sql() {
      return started().callers.sql;
    },
  };
}

/** A person of the default tenant. */
export const as = (userId: string): { readonly caller: Caller } => ({ caller: { tenant_id: 'default', user_id: userId, role: 'user' } });
