import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { subjectOf, type EventContract, type EventOf } from '@patchbay/contracts';
import type { Transaction } from '@patchbay/database';

const contracts = new Map<string, EventContract>();

/** The contract of the events that a handler of this build takes from a subject. */
export const eventContractOf = (subject: string): EventContract | undefined => contracts.get(subject);

/**
 * Takes one kind of event. The compiler rejects a method that expects another event.
 *
 * The method runs inside the transaction that records the event as received, so each event takes effect once. What it throws puts the
 * event back; after several tries it becomes a dead letter. Calls to a provider do not belong here: write down what is wanted and let a
 * worker do it.
 */
export function OnEvent<Contract extends EventContract>(contract: Contract) {
  return <Method extends (event: EventOf<Contract>, tx: Transaction) => Promise<void>>(
    target: object,
    key: string | symbol,
    method: TypedPropertyDescriptor<Method>,
  ): void => {
    contracts.set(subjectOf(contract), contract);
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
    EventPattern(subjectOf(contract))(target, key, method as PropertyDescriptor);
  };
}

/** The pattern of {@link OnEveryEvent}. */
export const everyEvent = 'event.>';

/**
 * Takes all events there are, many at a time and in one transaction: `(events: readonly ReceivedEvent[], tx) => Promise<void>`.
 * The same promises as {@link OnEvent}; when a batch fails, its events are tried one by one.
 */
export function OnEveryEvent() {
  return <Method extends (events: readonly ReceivedEvent[], tx: Transaction) => Promise<void>>(
    target: object,
    key: string | symbol,
    method: TypedPropertyDescriptor<Method>,
  ): void => {
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
    EventPattern(everyEvent)(target, key, method as PropertyDescriptor);
  };
}

/** An event of any kind, checked against its contract. */
export interface ReceivedEvent {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly tenant_id: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly contract: EventContract;
  readonly traceparent: string;
}
