import type { Attack } from '../attack.js';

export const accessAttacks: readonly Attack[] = [];
