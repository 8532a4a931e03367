import type { Attack } from '../attack.js';

export const ssrfAttacks: readonly Attack[] = [];
