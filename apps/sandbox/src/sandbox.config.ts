import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);

/** The sandbox's own variables. It needs no database and no broker, so it does not ask for the variables of a service. */
export const sandboxConfig = z.object({
  PORT: port.default(4400).describe('Port of the sandbox: providers, receiver, control API and pages.'),
  HEALTH_PORT: port.default(0).describe('Internal port of /health/live, /health/ready and /metrics; 0 takes a free one.'),
  PUBLIC_BASE_URL: z.url().default('http://localhost:4000').describe('Where Patchbay is reached: fakes send their webhooks there.'),
  SANDBOX_HOST: z
    .string()
    .min(1)
    .default('localhost')
    .describe('Address to listen on; `localhost` is both loopback addresses. Anyone who reaches it controls every fake.'),
});

/** Reads the environment, or ends the process with one message that names every faulty variable. */
export const configOrExit = (): z.output<typeof sandboxConfig> => {
  const parsed = sandboxConfig.safeParse(process.env);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `  - ${path.join('.')}: ${message}`);
  process.stderr.write(`patchbay sandbox: The configuration is not valid:\n${faults.join('\n')}\n`);
  process.exit(1);
};
