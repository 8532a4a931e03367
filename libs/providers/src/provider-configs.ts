import { z } from 'zod';
import { providers } from './registry.js';

interface Configurable {
  readonly config: z.ZodObject;
  readonly credentials: readonly string[];
}

/**
 * Adds the variables of every provider to a service's own, so that all faults of its environment are listed at once.
 * The result is for `configureProviders`; its type tells of the service's own variables only.
 */
export const withProviders = <Shape extends z.ZodRawShape>(own: z.ZodObject<Shape>): z.ZodObject<Shape> =>
  // Sound, because variables are only added.
  providers.reduce<z.ZodObject>(
    (schema, provider, index) => (sharesCredentials(provider, index) ? withShapeOf(schema, provider) : withVariablesOf(schema, provider)),
    own,
  ) as z.ZodObject as z.ZodObject<Shape>;

/** Whether an earlier provider has the same credentials: what is wrong with them was said there. */
const sharesCredentials = ({ credentials }: Configurable, index: number): boolean =>
  providers.slice(0, index).some((earlier) => earlier.credentials.join() === credentials.join());

/** The environment of each provider by itself, in the order of the registry: for documents that list variables. */
export const providerConfigs: readonly z.ZodObject[] = providers.map((provider) => withVariablesOf(z.object({}), provider));

/** Without credentials a provider is not configured; with some of them but not all it is a fault that names each one that is missing. */
function withVariablesOf(schema: z.ZodObject, { config, credentials }: Configurable): z.ZodObject {
  return credentials.reduce<z.ZodObject>(
    (extended, name) =>
      extended.refine((values) => values[name] !== undefined || credentials.every((other) => values[other] === undefined), {
        path: [name],
        message: `must be set as well, because ${credentials.filter((other) => other !== name).join(' or ')} is`,
        // Also when another variable is at fault: all faults are listed at once.
        when: ({ value }) => typeof value === 'object' && value !== null,
      }),
    withShapeOf(schema, { config, credentials }),
  );
}

function withShapeOf(schema: z.ZodObject, { config, credentials }: Configurable): z.ZodObject {
  const variables = Object.entries(config.shape).map(([name, variable]) => [name, credentials.includes(name) ? optional(variable) : variable]);
  return schema.safeExtend(Object.fromEntries(variables));
}

function optional(variable: z.core.$ZodType): z.core.$ZodType {
  const { description } = z.globalRegistry.get(variable) ?? {};
  const optionalVariable = z.optional(variable);
  return description === undefined ? optionalVariable : optionalVariable.describe(description);
}
