import { z } from 'zod';

/** The sandbox's own variables. */
export const sandboxConfig = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(4400).describe('Port of the sandbox: providers, receiver, control API and pages.'),
  SANDBOX_HOST: z.string().min(1).default('127.0.0.1').describe('Address to listen on. Anyone who reaches it controls every fake.'),
});
