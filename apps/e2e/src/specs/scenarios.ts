import { googleFamilyScenario } from './google-family.scenario.js';
import { googleScenario } from './google.scenario.js';
import { discordScenario, githubScenario, webexScenario } from './identity.scenarios.js';
import { instagramScenario } from './instagram.scenario.js';
import { gcsScenario, mailgunScenario } from './keys.scenarios.js';
import { microsoftScenario } from './microsoft.scenario.js';
import type { Recording } from './scenario.js';
import { zoomScenario } from './zoom.scenario.js';

/** One for each vendor; each runs by itself. */
export const scenarios: Readonly<Record<string, () => Promise<Recording>>> = {
  discord: discordScenario,
  gcs: gcsScenario,
  github: githubScenario,
  google: googleScenario,
  googleFamily: googleFamilyScenario,
  instagram: instagramScenario,
  mailgun: mailgunScenario,
  microsoft: microsoftScenario,
  webex: webexScenario,
  zoom: zoomScenario,
};
