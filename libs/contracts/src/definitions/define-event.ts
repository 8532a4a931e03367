import type { z } from 'zod';

/** Who may announce an event: a Patchbay service, or the product that Patchbay serves (over HTTP or straight to NATS). */
export type EventProducer = 'product' | 'auth' | 'calendar' | 'video' | 'webhooks';

/** One event: its name, its shape and at least one example, kept together so they cannot drift apart. */
export interface EventContract<Type extends string = string, Data extends z.ZodType = z.ZodType> {
  readonly type: Type;
  readonly version: number;
  /** Customers may subscribe webhooks to `public` events only. */
  readonly audience: 'public' | 'internal';
  readonly producer: EventProducer;
  /** Services that act on it. `webhooks` receives every public event and is not repeated here. */
  readonly consumers: readonly Exclude<EventProducer, 'product'>[];
  readonly summary: string;
  readonly data: Data;
  /** The user the event belongs to: only that user's webhook endpoints and logs ever see it. */
  owner(data: z.output<Data>): string;
  readonly examples: readonly z.input<Data>[];
}

/** Declares an event. The compiler demands at least one example, which tests, documents and test deliveries use. */
export function defineEvent<const Type extends string, Data extends z.ZodType>(
  contract: Omit<EventContract<Type, Data>, 'examples'> & { examples: readonly [z.input<Data>, ...z.input<Data>[]] },
): EventContract<Type, Data> {
  return Object.freeze(contract);
}

/** The NATS subject of an event. Events live under `event.`; requests never do, so no stream can capture a request. */
export const subjectOf = (contract: Pick<EventContract, 'type' | 'version'>): string => `event.${contract.type}.v${contract.version}`;

/** An event as a consumer receives it. */
export interface EventOf<Contract extends EventContract> {
  readonly id: string;
  readonly type: Contract['type'];
  readonly version: number;
  readonly tenant_id: string;
  readonly timestamp: string;
  readonly data: z.output<Contract['data']>;
}
