import type { Capabilities, CapabilityName, Provider } from '@patchbay/capabilities';
import { agora } from './agora/agora.provider.js';
import { azureBlob } from './azure_blob/azure_blob.provider.js';
import { apple } from './caldav/apple.provider.js';
import { caldav } from './caldav/caldav.provider.js';
import { discord } from './discord/discord.provider.js';
import { dropbox } from './dropbox/dropbox.provider.js';
import { gcs } from './gcs/gcs.provider.js';
import { github } from './github/github.provider.js';
import { google } from './google/google.provider.js';
import { googleDrive } from './google/google_drive.provider.js';
import { googleMeet } from './google/google_meet.provider.js';
import { googleSignIn } from './google/google_sign_in.provider.js';
import { youtube } from './google/youtube.provider.js';
import { ics } from './ics/ics.provider.js';
import { instagram } from './instagram/instagram.provider.js';
import { mailgun } from './mailgun/mailgun.provider.js';
import { microsoft } from './microsoft/microsoft.provider.js';
import { microsoftTeams } from './microsoft/microsoft_teams.provider.js';
import { onedrive } from './microsoft/onedrive.provider.js';
import { outlook } from './microsoft/outlook.provider.js';
import { paypal } from './paypal/paypal.provider.js';
import { s3 } from './s3/s3.provider.js';
import { sendgrid } from './sendgrid/sendgrid.provider.js';
import { stripe } from './stripe/stripe.provider.js';
import { webex } from './webex/webex.provider.js';
import { zoom } from './zoom/zoom.provider.js';

/** Every provider this build knows, in the order the console shows them. */
export const providers = [
  google, //
  googleMeet,
  googleDrive,
  youtube,
  googleSignIn,
  instagram,
  zoom,
  outlook,
  microsoftTeams,
  onedrive,
  microsoft,
  webex,
  dropbox,
  github,
  discord,
  apple,
  caldav,
  ics,
  s3,
  azureBlob,
  gcs,
  stripe,
  paypal,
  sendgrid,
  mailgun,
  agora,
] as const;

type Known = (typeof providers)[number];

/** The id of a provider in the registry. */
export type ProviderId = Known['id'];

/** The ids of the providers that offer a capability: `ProviderIdWith<'calendar'>` does not take `zoom`. */
export type ProviderIdWith<Name extends CapabilityName> = Known extends infer P
  ? P extends Provider<infer Id, infer _Config, infer Offered>
    ? Offered extends Pick<Capabilities, Name>
      ? Id
      : never
    : never
  : never;
