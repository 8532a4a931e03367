import type { Attack } from '../attack.js';

export const leaksAttacks: readonly Attack[] = [];
