import { randomUUID } from 'node:crypto';
import { bookingCreated, integrationConnected, type Booking } from '@patchbay/contracts';
import { providers } from '@patchbay/providers';
import { connectToFake, createFakeLedger, createGoogleFake, googleFakeClient } from '@patchbay/providers/testing';
import { startService, type RunningService } from '@patchbay/service-kit';
import { aBooking, createDatabase, EventProbe, startNats, type TokenAnswer } from '@patchbay/testing';
import { pino } from 'pino';
import { calendarService } from '../calendar.module.js';

const graceSeconds = 2;

const google = providers.find(({ id }) => id === 'google');

/**
 * The service with a database, a broker and a Google of its own, and someone who answers for `auth`.
 *
 * @param others variables of further providers
 */
export async function startCalendarStack(log = pino({ level: 'silent' }), others: Readonly<Record<string, string | readonly string[]>> = {}) {
  if (google?.id !== 'google') throw new Error('unreachable: Google is in the registry');
  const [database, nats] = await Promise.all([createDatabase(), startNats()]);
  const ledger = createFakeLedger();
  const environment = (url: string) => ({
    GOOGLE_CALENDAR_CLIENT_ID: googleFakeClient.clientId,
    GOOGLE_CALENDAR_CLIENT_SECRET: googleFakeClient.clientSecret,
    GOOGLE_API_BASE_URL: url,
    GOOGLE_AUTH_BASE_URL: url,
  });
  const manifest = {
    ...google,
    connect: (outbound: Parameters<typeof google.connect>[0]['outbound'], url: string) =>
      google.connect({ config: google.config.parse(environment(url)), outbound, userAimedOutbound: outbound, now: () => new Date() }),
  };
  const provider = await connectToFake(manifest, createGoogleFake({ ledger }), 'calendar');
  const probe = await EventProbe.open(nats.url);
  const working = (): TokenAnswer => ({ token: provider.token.value });
  const tokens: { answer: (connectionId: string, rejected: string | undefined) => TokenAnswer; working: typeof working } = {
    answer: working,
    working,
  };
  probe.answerTokens((connectionId, rejected) => tokens.answer(connectionId, rejected));
  const running: RunningService[] = [];
  const settings = { NODE_ENV: 'test', HEALTH_PORT: 0, LOG_LEVEL: 'silent', OUTBOX_ENABLED: true } as const;
  const start = async (): Promise<RunningService> => {
    const config = {
      ...settings,
      DATABASE_URL: database.url,
      NATS_URL: nats.url,
      CALENDAR_LINK_GRACE_SECONDS: graceSeconds,
      CALENDAR_WINDOW_PAST_DAYS: 30,
      CALENDAR_WINDOW_AHEAD_DAYS: 365,
      ...environment(provider.running.url),
      ...others,
    };
    const service = await startService(calendarService, { config, log, clock: () => new Date() });
    running.push(service);
    return service;
  };
  await start();

  return {
    database,
    nats,
    ledger,
    probe,
    tokens,
    start,
    graceMs: graceSeconds * 1_000,
    faults: provider.running.faults,
    /** What reached Google. */
    requests: provider.running.requests,
    google: provider.running.fake,
    /** An organiser with a Google account. */
    connectAccount: async (userId = randomUUID(), connectionId = randomUUID(), provider = 'google') => {
      await probe.publish(integrationConnected, {
        data: { user_id: userId, connection_id: connectionId, provider, type: 'calendar', provider_account_id: '1', provider_email: null },
      });
      return { userId, connectionId };
    },
    book: async (userId: string, change: Partial<Booking> = {}) => {
      const booking = aBooking(userId, change);
      await probe.publish(bookingCreated, { data: booking });
      return booking;
    },
    stop: async () => {
      for (const service of running) await service.stop();
      await probe.close();
      await provider.stop();
      await nats.stop();
      await database.drop();
    },
  };
}

export type CalendarStack = Awaited<ReturnType<typeof startCalendarStack>>;
