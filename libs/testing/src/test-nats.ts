import { startPrivateNats, testServerUrls, type PrivateNats } from '@patchbay/local-stack';

/** The NATS server all specs of this run share. Streams and subjects are shared, too; a spec that cannot bear that uses {@link startNats}. */
export const natsUrl = (): string => testServerUrls().natsUrl;

/** Starts a NATS server for this spec file alone, which it may kill and wipe. Stop it in `afterAll`. */
export const startNats = (): Promise<PrivateNats> => startPrivateNats();
