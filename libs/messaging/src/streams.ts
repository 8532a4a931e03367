import { jetstreamManager, RetentionPolicy, StorageType, type JetStreamManager, type StreamConfig, type StreamInfo } from '@nats-io/jetstream';
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

/** What tells a stream from its successor, and whether it has lost its end. */
export interface StreamState {
  /** When it was born: a wiped broker comes back with a younger stream. */
  readonly createdAt: string;
  readonly lastSequence: number;
}

/** Makes sure that the stream is there and has as many copies as wanted. */
export async function ensureStream(connection: NatsConnection, replicas = 1): Promise<StreamState> {
  const { streams }: JetStreamManager = await jetstreamManager(connection, { checkAPI: false });
  try {
    const found = await streams.info(eventStream.name);
    if (found.config.num_replicas !== replicas) await streams.update(eventStream.name, { num_replicas: replicas });
    return stateOf(found);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return stateOf(await streams.add({ ...eventStream, subjects: [...eventStream.subjects], num_replicas: replicas }));
  }
}

const stateOf = ({ created, state }: StreamInfo): StreamState => ({ createdAt: created, lastSequence: state.last_seq });
