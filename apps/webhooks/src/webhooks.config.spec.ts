import { testWebhookEndpoint } from '@patchbay/contracts';
import { webhooksConfig } from './webhooks.config.js';

const secondsOf = (text: string) => webhooksConfig.shape.WEBHOOKS_TIMEOUT_SECONDS.safeParse(text);

describe('the timeout of receivers', () => {
  it('always leaves a test time to be answered', () => {
    expect(secondsOf('25').success).toBe(true);
    expect(secondsOf('26').success).toBe(false);
    expect(25_000).toBeLessThan(testWebhookEndpoint.deadlineMs ?? 0);
  });
});
