import type { FakeWebhookSender } from '../_kit/fake-webhooks.js';
import { agoraFakeWebhooks } from '../agora/agora.fake-webhooks.js';
import { discordFakeWebhooks } from '../discord/discord.fake-webhooks.js';
import { githubFakeWebhooks } from '../github/github.fake-webhooks.js';
import { googleFakeWebhooks } from '../google/google.fake-webhooks.js';
import { youtubeFakeWebhooks } from '../google/youtube.fake-webhooks.js';
import { instagramFakeWebhooks } from '../instagram/instagram.fake-webhooks.js';
import { mailgunFakeWebhooks } from '../mailgun/mailgun.fake-webhooks.js';
import { outlookFakeWebhooks } from '../microsoft/microsoft.fake-webhooks.js';
import { paypalFakeWebhooks } from '../paypal/paypal.fake-webhooks.js';
import { sendgridFakeWebhooks } from '../sendgrid/sendgrid.fake-webhooks.js';
import { stripeFakeWebhooks } from '../stripe/stripe.fake-webhooks.js';
import { webexFakeWebhooks } from '../webex/webex.fake-webhooks.js';
import { zoomFakeWebhooks } from '../zoom/zoom.fake-webhooks.js';

/** Every fake that sends webhooks. */
export const fakeWebhookSenders: readonly FakeWebhookSender[] = [
  stripeFakeWebhooks,
  paypalFakeWebhooks,
  zoomFakeWebhooks,
  googleFakeWebhooks,
  youtubeFakeWebhooks,
  outlookFakeWebhooks,
  instagramFakeWebhooks,
  githubFakeWebhooks,
  discordFakeWebhooks,
  sendgridFakeWebhooks,
  mailgunFakeWebhooks,
  webexFakeWebhooks,
  agoraFakeWebhooks,
];
