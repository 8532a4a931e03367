import { Histogram } from 'prom-client';

/** How long calls take, by route. */
export const httpSeconds = new Histogram({
  name: 'patchbay_http_seconds',
  help: 'Time the gateway took to answer.',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
});
