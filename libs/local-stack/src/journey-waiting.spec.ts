import { PatchbayApiError } from '@patchbay/api-client';
import { eventually, NotYet } from './journey-waiting.js';

const quick = { timeoutMs: 60, everyMs: 1 };
const answer = (status: number) => new PatchbayApiError('The answer.', status, 'some_code', {}, null);

describe('eventually', () => {
  it('looks until it is there', async () => {
    let looks = 0;
    const look = async (): Promise<number> => {
      looks += 1;
      if (looks < 3) throw new NotYet('not there');
      return looks;
    };

    expect(await eventually('it', look, { everyMs: 1 })).toBe(3);
  });

  it('says what it waited for and what it saw last', async () => {
    const look = () => Promise.reject(new NotYet('two of them'));

    await expect(eventually('one meeting', look, quick)).rejects.toThrow('one meeting: not within 0.06 s. Seen last: two of them');
  });

  it.each([429, 502, 503, 504])('waits for a gateway that answers %d', async (status) => {
    let looks = 0;
    const look = async (): Promise<string> => {
      looks += 1;
      if (looks === 1) throw answer(status);
      return 'there';
    };

    expect(await eventually('it', look, { everyMs: 1 })).toBe('there');
  });

  it.each([400, 401, 403, 404, 500])('gives up at once on %d', async (status) => {
    let looks = 0;
    const look = async (): Promise<never> => {
      looks += 1;
      throw answer(status);
    };

    await expect(eventually('it', look, quick)).rejects.toThrow('The answer.');
    expect(looks).toBe(1);
  });
});
