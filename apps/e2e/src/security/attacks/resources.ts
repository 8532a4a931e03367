import type { Attack } from '../attack.js';

export const resourcesAttacks: readonly Attack[] = [];
