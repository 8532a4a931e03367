export type {
  FakeAccount,
  FakeAccountState,
  FakeClient,
  FakeCollection,
  FakeItem,
  FakeLedger,
  FakeOptions,
  FakeRequest,
  FakeResponse,
  LedgerEntry,
  LedgerFilter,
  LedgerRecord,
  ProviderFake,
} from '../_kit/fake.js';
export { connectToFake, fakePerson, type ConnectableProvider, type FakeConnection } from '../_kit/fake-connection.js';
export { startFakeIngress, type FakeIngress } from '../_kit/fake-ingress.js';
export { escapeHtml } from '../_kit/fake-http.js';
export {
  createFakeFaults,
  type ActiveFault,
  type FakeFaults,
  type FaultDecision,
  type FaultEffect,
  type FaultMatch,
  type FaultRule,
} from '../_kit/fake-faults.js';
export { createFakeLedger } from '../_kit/fake-ledger.js';
export {
  fakeSignedAt,
  inboundHarness,
  specIngressUrl,
  type FakeWebhook,
  type FakeWebhookSender,
  type FakeWebhookSigning,
  type FakeWebhookVariant,
  type InboundHarnessOptions,
} from '../_kit/fake-webhooks.js';
export type { FakeSituation } from '../_kit/fake-situation.js';
export { answerWithFaults, readFakeRequest, sendFakeResponse, startFake, type FakeExchange, type RunningFake } from '../_kit/fake-server.js';
export { connectToCredentialsFake, type CredentialsFake } from '../_kit/fake-credentials.js';
export { agoraFakeWebhooks } from '../agora/agora.fake-webhooks.js';
export { fakeWebhookSenders } from './webhook-senders.js';
export { createAzureBlobFake } from '../azure_blob/azure_blob.fake.js';
export { createAppleFake, createCaldavFake } from '../caldav/caldav.fake.js';
export { createDiscordFake, discordFakeClient } from '../discord/discord.fake.js';
export { discordFakeWebhooks } from '../discord/discord.fake-webhooks.js';
export { createDropboxFake, dropboxFakeClient } from '../dropbox/dropbox.fake.js';
export { createGcsFake } from '../gcs/gcs.fake.js';
export { createGithubFake, githubFakeClient, type GithubFake } from '../github/github.fake.js';
export { githubFakeWebhooks } from '../github/github.fake-webhooks.js';
export { createGoogleFake, type GoogleFake } from '../google/google.fake.js';
export { googleFakeWebhooks } from '../google/google.fake-webhooks.js';
export { youtubeFakeWebhooks } from '../google/youtube.fake-webhooks.js';
export { googleDriveFakeClient, googleFakeClient, googleSignInFakeClient, youtubeFakeClient } from '../google/google.fake-clients.js';
export { createIcsFake, type IcsFake } from '../ics/ics.fake.js';
export { createInstagramFake, instagramFakeClient } from '../instagram/instagram.fake.js';
export { instagramFakeWebhooks } from '../instagram/instagram.fake-webhooks.js';
export { createMailgunFake } from '../mailgun/mailgun.fake.js';
export { mailgunFakeWebhooks } from '../mailgun/mailgun.fake-webhooks.js';
export { createMicrosoftFake, microsoftFakeClient, type MicrosoftFake } from '../microsoft/microsoft.fake.js';
export { outlookFakeWebhooks } from '../microsoft/microsoft.fake-webhooks.js';
export { makeCertificate, type FakeCertificate } from '../paypal/paypal.fake-certificate.js';
export { createPaypalFake } from '../paypal/paypal.fake.js';
export { paypalFakeWebhooks } from '../paypal/paypal.fake-webhooks.js';
export { createS3Fake } from '../s3/s3.fake.js';
export { createSendgridFake } from '../sendgrid/sendgrid.fake.js';
export { sendgridFakeWebhooks } from '../sendgrid/sendgrid.fake-webhooks.js';
export { createStripeFake } from '../stripe/stripe.fake.js';
export { stripeFakeWebhooks } from '../stripe/stripe.fake-webhooks.js';
export { createWebexFake, webexFakeClient } from '../webex/webex.fake.js';
export { webexFakeWebhooks } from '../webex/webex.fake-webhooks.js';
export { createZoomFake, zoomFakeClient, type ZoomFake } from '../zoom/zoom.fake.js';
export { zoomFakeWebhooks } from '../zoom/zoom.fake-webhooks.js';
