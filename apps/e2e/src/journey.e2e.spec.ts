import { listWebhookEndpoints } from '@patchbay/contracts';
import { runJourney } from '@patchbay/local-stack';
import { ada, clientOf, sandbox, stack } from './whole-stack.js';

describe('the journey of a booking', () => {
  it('succeeds, and once more after that', async () => {
    const lines: string[] = [];
    const journey = { ...stack, userToken: ada.token, log: (line: string) => void lines.push(line) };

    await runJourney(journey);
    await runJourney(journey);

    expect(lines.filter((line) => line.includes('✓')).length).toBeGreaterThanOrEqual(2 * 25);
  }, 90_000);

  it('names the step that missed and what was seen, and leaves no endpoint behind', async () => {
    await sandbox.addFault({ provider: 'zoom', path: '/oauth/token', status: 500 });
    const before = await clientOf(ada.token).call(listWebhookEndpoints, {});

    const journey = runJourney({ ...stack, userToken: ada.token, log: () => undefined });

    await expect(journey).rejects.toThrow('The journey broke at "Zoom connected": The provider could not complete the connection.');
    expect(await clientOf(ada.token).call(listWebhookEndpoints, {})).toEqual(before);
    await sandbox.clearFaults();
  }, 60_000);
});
