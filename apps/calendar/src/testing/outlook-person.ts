import { providers } from '@patchbay/providers';
import { connectToFake, createMicrosoftFake, microsoftFakeClient } from '@patchbay/providers/testing';
import { useCalendarService, type UsedService } from './calendar-callers.js';
import { startCalendarStack } from './calendar-stack.js';

const outlook = providers.find(({ id }) => id === 'outlook');

const environment = (url: string) => ({
  OUTLOOK_CLIENT_ID: microsoftFakeClient.clientId,
  OUTLOOK_CLIENT_SECRET: microsoftFakeClient.clientSecret,
  OUTLOOK_API_BASE_URL: url,
  OUTLOOK_AUTH_BASE_URL: url,
});

/** An Outlook with somebody who has given consent. */
const connect = () => {
  if (outlook?.id !== 'outlook') throw new Error('unreachable: Outlook is in the registry');
  const now = () => new Date();
  const manifest = {
    ...outlook,
    connect: (outbound: Parameters<typeof outlook.connect>[0]['outbound'], url: string) =>
      outlook.connect({ config: outlook.config.parse(environment(url)), outbound, userAimedOutbound: outbound, now }),
  };
  return connectToFake(manifest, createMicrosoftFake(), 'calendar');
};

/**
 * An Outlook, and the service whose accounts are all that one person's there.
 *
 * @param others variables beside those of the connection
 */
export async function startWithOutlook(others: Readonly<Record<string, string | readonly string[]>> = {}) {
  const microsoft = await connect();
  const stack = await startCalendarStack(undefined, { ...environment(microsoft.running.url), ...others });
  stack.tokens.answer = () => ({ token: microsoft.token.value });
  return { microsoft, stack };
}

/** See {@link startWithOutlook}. */
export type Microsoft = Awaited<ReturnType<typeof connect>>;

/** {@link startWithOutlook} for all tests of a suite: before the first one, and stopped after the last. */
export function useOutlook(): UsedService & { readonly microsoft: Microsoft } {
  let microsoft: Microsoft | undefined;
  const service = useCalendarService(async () => {
    const begun = await startWithOutlook();
    ({ microsoft } = begun);
    return begun.stack;
  });
  afterAll(() => microsoft?.stop());
  return {
    get microsoft() {
      if (microsoft === undefined) throw new Error('Outlook starts before the first test, not before the suite is read');
      return microsoft;
    },
    get stack() {
      return service.stack;
    },
    get requests() {
      return service.requests;
    },
    get sql() {
      return service.sql;
    },
  };
}
