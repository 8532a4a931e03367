import { randomBytes } from 'node:crypto';
import { FlowStates } from './flow-state.js';

const key = (id: string) => ({ id, key: randomBytes(32) });
const [first, second] = [key('one'), key('two')];
const states = new FlowStates({ TOKEN_MASTER_KEYS: [first] });
const ada = { tenantId: 'default', userId: '0198f2a4-0000-7000-8000-000000000001', provider: 'google' };

describe('a state', () => {
  it('is recognised for whom and what it was made', () => {
    expect(states.isOurs(states.issue(ada), ada)).toBe(true);
  });

  it.each([
    ['another user', { userId: '0198f2a4-0000-7000-8000-000000000002' }],
    ['nobody', { userId: null }],
    ['another provider', { provider: 'zoom' }],
    ['another tenant', { tenantId: 'other' }],
  ])('is nothing to %s', (_, change) => {
    expect(states.isOurs(states.issue(ada), { ...ada, ...change })).toBe(false);
  });

  it.each(['', '.', 'nonsense', `${'a'.repeat(43)}.${'b'.repeat(43)}`])('is not %p', (forged) => {
    expect(states.isOurs(forged, ada)).toBe(false);
  });

  it('cannot be altered', () => {
    const state = states.issue(ada);

    expect(states.isOurs(`x${state}`, ada)).toBe(false);
    expect(states.isOurs(state.slice(0, -2), ada)).toBe(false);
  });

  it('outlives a change of the first master key', () => {
    const state = states.issue(ada);

    expect(new FlowStates({ TOKEN_MASTER_KEYS: [second, first] }).isOurs(state, ada)).toBe(true);
    expect(new FlowStates({ TOKEN_MASTER_KEYS: [second] }).isOurs(state, ada)).toBe(false);
  });
});
