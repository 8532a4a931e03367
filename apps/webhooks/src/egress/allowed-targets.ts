import { z } from 'zod';

const target = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+):([0-9]{1,5})$/;

/** `host:port`, separated by commas: what may be called although the guard would refuse it. */
export const allowedTargets = z
  .string()
  .transform((text) =>
    text
      .toLowerCase()
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  )
  .refine((parts) => parts.every((part) => target.test(part)), 'must be `host:port`, separated by commas');
