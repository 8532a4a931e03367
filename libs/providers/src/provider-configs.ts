import { z } from 'zod';
import { providers } from './registry.js';

interface Configurable {
  readonly config: z.ZodObject;
  readonly credentials: readonly string[];
}

/**
 * The environment of one provider as an installation may have it: without credentials it is not configured, with some of them but not all it is a fault
 * that names each one that is missing.
 */
export const environmentOf = ({ config, credentials }: Configurable): z.ZodObject => {
  const mask: Readonly<Record<string, true>> = Object.fromEntries(credentials.map((name) => [name, true]));
  const optional: z.ZodObject = z.object(
    Object.fromEntries(Object.entries(config.shape).map(([name, variable]) => [name, name in mask ? z.optional(variable) : variable])),
  );
  return credentials.reduce<z.ZodObject>(
    (schema, name) =>
      schema.refine((values) => values[name] !== undefined || credentials.every((other) => values[other] === undefined), {
        path: [name],
        message: `is missing, while ${credentials.filter((other) => other !== name).join(' or ')} is set`,
        // Also when another variable is at fault: all faults are listed at once.
        when: ({ value }) => typeof value === 'object' && value !== null,
      }),
    optional,
  );
};

/** The environment of every provider, one schema each, in the order of the registry. Services parse with them at start, next to their own. */
export const providerConfigs: readonly z.ZodObject[] = providers.map(environmentOf);
