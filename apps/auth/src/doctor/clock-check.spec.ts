import { clockCheck } from './clock-check.js';

const noon = new Date('2026-11-21T12:00:00.700Z');
const check = (answer: string | null, answeredAt = noon) => clockCheck('clock', { answer, askedAt: noon, answeredAt });

describe('the clock', () => {
  it('agrees with an answer of the same second', () => {
    expect(check('Sat, 21 Nov 2026 12:00:00 GMT').status).toBe('ok');
  });

  it('is not blamed for a slow answer', () => {
    expect(check('Sat, 21 Nov 2026 12:00:00 GMT', new Date(noon.getTime() + 60_000)).status).toBe('ok');
    expect(check('Sat, 21 Nov 2026 12:01:00 GMT', new Date(noon.getTime() + 60_000)).status).toBe('ok');
  });

  it('is ahead, and by how much', () => {
    expect(check('Sat, 21 Nov 2026 11:58:00 GMT')).toMatchObject({ status: 'failed', message: expect.stringMatching(/120 s ahead of/) });
  });

  it('is behind, and by how much', () => {
    expect(check('Sat, 21 Nov 2026 12:05:00 GMT')).toMatchObject({ status: 'failed', message: expect.stringMatching(/299 s behind/) });
  });

  it.each([null, 'yesterday'])('cannot be told from %p', (answer) => {
    expect(check(answer).status).toBe('unknown');
  });
});
