import type { Attack } from '../attack.js';

export const signaturesAttacks: readonly Attack[] = [];
