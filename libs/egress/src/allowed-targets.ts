import { z } from 'zod';

const target = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+):([0-9]{1,5})$/;

/** The variable `WEBHOOKS_EGRESS_ALLOW`: `host:port`, separated by commas, of what may be called although the guard would refuse it. */
export const allowedTargets = z
  .string()
  .transform((text) =>
    text
      .toLowerCase()
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  )
  .refine((parts) => parts.every((part) => target.test(part)), 'must be `host:port`, separated by commas')
  .default([])
  .describe(
    'Internal addresses that webhooks and accounts may lead to all the same: `host:port`, separated by commas. Nothing else internal is called.',
  );
