import { runJourney } from '@patchbay/local-stack';
import { ada, stack } from './whole-stack.js';

describe('the journey of a booking', () => {
  it('succeeds, and once more after that', async () => {
    const lines: string[] = [];
    const journey = { ...stack, userToken: ada.token, log: (line: string) => void lines.push(line) };

    await runJourney(journey);
    await runJourney(journey);

    expect(lines.filter((line) => line.includes('✓')).length).toBeGreaterThanOrEqual(2 * 25);
  }, 90_000);
});
