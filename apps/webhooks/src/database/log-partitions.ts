import { TimePartitions } from '@patchbay/database';

/** An event, its deliveries and their attempts lie in partitions of the same time, so they are forgotten together. */
export const logPartitions = new TimePartitions(['events', 'deliveries', 'delivery_attempts']);

const dayMs = 24 * 60 * 60 * 1_000;
/** Made ahead: so long may nobody be able to make new ones. */
const aheadMs = 7 * dayMs;
/** About so many are there at a time: each costs every plan that cannot name its time a little. */
const partitionsMax = 60;

/** What {@link logPartitions} must cover from now on. */
export const logSpan = (now: Date, retentionDays: number) => ({
  from: now,
  to: new Date(now.getTime() + aheadMs),
  days: Math.max(1, Math.ceil(retentionDays / partitionsMax)),
});
