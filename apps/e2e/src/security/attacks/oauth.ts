import type { Attack } from '../attack.js';

export const oauthAttacks: readonly Attack[] = [];
