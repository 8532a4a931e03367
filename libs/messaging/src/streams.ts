import { jetstreamManager, RetentionPolicy, StorageType, type JetStreamManager, type StreamConfig } from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';

const days = (count: number): number => count * 24 * 60 * 60 * 1000;

/**
 * The one stream. It may hold `event.` subjects only: a stream over `request.` would answer requests with its own acknowledgement.
 */
export const eventStream = {
  name: 'PATCHBAY_EVENTS',
  subjects: ['event.>'],
  retention: RetentionPolicy.Limits,
  storage: StorageType.File,
  max_age: nanos(days(7)),
  // A second line only: the inboxes, not this window, make a repeat harmless.
  duplicate_window: nanos(120_000),
} as const satisfies Partial<StreamConfig> & { name: string };

/** What the JetStream API answers when something is not there. https://docs.nats.io/reference/reference-protocols/nats_api_reference */
const notFoundStatus = 404;

/** True for the error of a stream or consumer that does not exist. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 10_059 || error.code === 10_014 || ('status' in error && error.status === notFoundStatus));

/** Makes sure of the stream and answers when it was born: a wiped broker comes back with a younger one. */
export async function ensureStream(connection: NatsConnection, replicas = 1): Promise<string> {
  const manager: JetStreamManager = await jetstreamManager(connection, { checkAPI: false });
  try {
    return (await manager.streams.info(eventStream.name)).created;
  } catch (error) {
    if (!isMissing(error)) throw error;
    return (await manager.streams.add({ ...eventStream, subjects: [...eventStream.subjects], num_replicas: replicas })).created;
  }
}
