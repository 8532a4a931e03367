import type { PatchbayClient } from '@patchbay/api-client';
import { consumingServices, listDeadLetters, type ConsumingService, type DeadLetter } from '@patchbay/contracts';
import { CommandFailure, exitCodes } from '../../exit-codes.js';

/** The services a person means. @throws CommandFailure for a name that no service has. */
export function servicesOf(name: string | undefined): readonly ConsumingService[] {
  const found = consumingServices.find((service) => service === name);
  if (name === undefined) return consumingServices;
  if (found === undefined) throw new CommandFailure(`There is no service ${name}: ${consumingServices.join(', ')}.`, exitCodes.usage);
  return [found];
}

/** Up to `max` dead letters of a service, newest first. */
export async function deadLettersOf(client: PatchbayClient, service: ConsumingService, max: number): Promise<readonly DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for (let cursor: string | null | undefined; cursor !== null && letters.length < max;) {
    const page = await client.call(listDeadLetters(service), { limit: Math.min(200, max - letters.length), ...(cursor !== undefined && { cursor }) });
    letters.push(...page.items);
    cursor = page.next_cursor;
  }
  return letters;
}
