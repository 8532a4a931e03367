import { randomUUID } from 'node:crypto';
import { bookingCreated, integrationConnected, type Booking } from '@patchbay/contracts';
import { providers } from '@patchbay/providers';
import { connectToFake, createFakeLedger, createZoomFake, zoomFakeClient } from '@patchbay/providers/testing';
import { startService, type RunningService } from '@patchbay/service-kit';
import { aBooking, createDatabase, EventProbe, startNats, type TokenAnswer } from '@patchbay/testing';
import { pino } from 'pino';
import { videoService } from '../video.module.js';

const zoom = providers.find(({ id }) => id === 'zoom');

/** The service with a database, a broker and a Zoom of its own, and someone who answers for `auth`. */
export async function startVideoStack(log = pino({ level: 'silent' })) {
  if (zoom?.id !== 'zoom') throw new Error('unreachable: Zoom is in the registry');
  const [database, nats] = await Promise.all([createDatabase(), startNats()]);
  const ledger = createFakeLedger();
  const environment = (url: string) => ({
    ZOOM_CLIENT_ID: zoomFakeClient.clientId,
    ZOOM_CLIENT_SECRET: zoomFakeClient.clientSecret,
    ZOOM_API_BASE_URL: url,
    ZOOM_AUTH_BASE_URL: url,
  });
  const manifest = {
    ...zoom,
    connect: (outbound: Parameters<typeof zoom.connect>[0]['outbound'], url: string) =>
      zoom.connect({ config: zoom.config.parse(environment(url)), outbound, userAimedOutbound: outbound, now: () => new Date() }),
  };
  const provider = await connectToFake(manifest, createZoomFake({ ledger }), 'video');
  const probe = await EventProbe.open(nats.url);
  const working = (): TokenAnswer => ({ token: provider.token.value });
  const tokens: { answer: (connectionId: string) => TokenAnswer; working: typeof working } = { answer: working, working };
  probe.answerTokens((connectionId) => tokens.answer(connectionId));
  const running: RunningService[] = [];
  const settings = { NODE_ENV: 'test', HEALTH_PORT: 0, LOG_LEVEL: 'silent', OUTBOX_ENABLED: true } as const;
  const start = async (): Promise<RunningService> => {
    const config = { ...settings, DATABASE_URL: database.url, NATS_URL: nats.url, ...environment(provider.running.url) };
    const service = await startService(videoService, { config, log, clock: () => new Date() });
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
    faults: provider.running.faults,
    zoom: provider.running.fake,
    /** An organiser with a Zoom account. */
    connectAccount: async (userId = randomUUID(), connectionId = randomUUID(), provider = 'zoom') => {
      await probe.publish(integrationConnected, {
        data: { user_id: userId, connection_id: connectionId, provider, type: 'video', provider_account_id: '1', provider_email: null },
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

export type VideoStack = Awaited<ReturnType<typeof startVideoStack>>;
