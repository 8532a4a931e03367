import type { Logger } from 'pino';

/** Injection token of the service's configuration. */
export const SERVICE_CONFIG = Symbol('SERVICE_CONFIG');
/** Injection token of the {@link Logger}. */
export const LOG = Symbol('LOG');
/** Injection token of the {@link Clock}. */
export const CLOCK = Symbol('CLOCK');

/** Tells the time. Passed in, so that tests can move it. */
export type Clock = () => Date;
export type { Logger };
