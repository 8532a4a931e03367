/**
 * How long a delivery belongs to whoever took it, unless renewed. Short, so that what a killed process held is soon sent by another;
 * longer than a restart of PostgreSQL, so that what was sent meanwhile is not sent again. Milliseconds.
 */
export const leaseMs = 10_000;
