import type { Attack } from '../attack.js';

export const injectionAttacks: readonly Attack[] = [];
