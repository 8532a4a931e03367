import type { Attack } from './attack.js';
import { accessAttacks } from './attacks/access.js';
import { injectionAttacks } from './attacks/injection.js';
import { leaksAttacks } from './attacks/leaks.js';
import { oauthAttacks } from './attacks/oauth.js';
import { resourcesAttacks } from './attacks/resources.js';
import { signaturesAttacks } from './attacks/signatures.js';
import { ssrfAttacks } from './attacks/ssrf.js';

/** Every attack, in the order of their numbers. */
export const attacks: readonly Attack[] = [
  ...ssrfAttacks,
  ...signaturesAttacks,
  ...accessAttacks,
  ...oauthAttacks,
  ...leaksAttacks,
  ...injectionAttacks,
  ...resourcesAttacks,
];
