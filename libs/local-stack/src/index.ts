export { dataDirDefault, repositoryRoot } from './data-dir.js';
export { findDateutil, type DateutilPython } from './dateutil.js';
export { freePort, freePorts, portVariables, portsFromEnvironment, type PortName, type StackPorts } from './ports.js';
export type { ProcessSpec } from './supervised-process.js';
export { providerEnvironment } from './provider-environment.js';
export { startRadicale, type RadicaleCalendar, type RadicaleOptions, type RadicaleServer } from './radicale.js';
export { findVdirsyncer, type Vdirsyncer } from './vdirsyncer.js';
export { startCyrus, type CyrusServer } from './cyrus.js';
export { startRedis, type RedisServer } from './redis.js';
export type { DevelopmentUser, StackSecrets } from './secrets.js';
export { serviceNames, type ReplicatedService, type ServiceName } from './services.js';
export { startStack, type Stack, type StackOptions } from './stack.js';
export { Supervisor, type ProcessEnd, type SupervisorOptions } from './supervisor.js';
export { startPrivateNats, startTestServers, testServerUrls, type PrivateNats, type TestServers } from './test-servers.js';
export { issueDevelopmentTokens, type DevelopmentToken } from './development-tokens.js';
export { readDevFile, type DevFile } from './dev-file.js';
export { calendarAccountReady, connectAccount, videoAccountReady, type AccountToConnect } from './journey-accounts.js';
export {
  aBooking,
  cancelled,
  created,
  hours,
  publishStraightToNats,
  rescheduled,
  type BookingData,
  type PublishedEvent,
} from './journey-bookings.js';
export { FarEnd, type ReadWebhook, type RemoteThing, type WebhookContent } from './journey-far-end.js';
export { SandboxControl, type LedgerEntry, type ProviderFault, type ReceivedWebhook, type RemoteItem } from './journey-sandbox.js';
export { eventually, messageOf, NotYet, type Patience } from './journey-waiting.js';
export { runJourney, type JourneyOptions } from './journey.js';
