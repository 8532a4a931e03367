import { Ajv2019 } from 'ajv/dist/2019.js';
import type { AnySchema } from 'ajv';
import addFormats from 'ajv-formats';
import type { DescribedBody, DescribedParameter } from './description.js';

/** Compiles schemas of one document, and remembers what could not be compiled. */
export interface SchemaCompiler {
  body(name: string, schema: AnySchema): DescribedBody;
  parameter(name: string, parameter: Omit<DescribedParameter, 'validate'> & { readonly schema: AnySchema }): DescribedParameter;
  readonly remarks: string[];
}

/**
 * Strict where it guards against silence: an unknown keyword or format is an error, for a validator that ignores what it does not know
 * accepts anything. Vendors mix types freely, so `strictTypes` stays off.
 */
export const createCompiler = (definitions: Readonly<Record<string, AnySchema>>): SchemaCompiler => {
  const ajv = new Ajv2019({ strictSchema: true, strictTypes: false, strictTuples: false, allErrors: true, discriminator: false });
  // The package is CommonJS; its default export arrives as a property of itself.
  (addFormats as unknown as { readonly default: typeof addFormats.default }).default(ajv);
  ajv.addFormat('google-datetime', (text: string) => !Number.isNaN(Date.parse(text)));
  ajv.addFormat('google-duration', /^-?\d+(\.\d+)?s$/);
  ajv.addFormat('base64url', /^[\w-]*={0,2}$/);
  ajv.addFormat('int16', { type: 'number', validate: (value: number) => Number.isInteger(value) && Math.abs(value) < 2 ** 15 });
  ajv.addFormat('uint32', { type: 'number', validate: (value: number) => Number.isInteger(value) && value >= 0 && value < 2 ** 32 });
  ajv.addFormat('uint64', /^\d+$/);
  // Discord's ids. https://discord.com/developers/docs/reference#snowflakes
  ajv.addFormat('snowflake', /^\d+$/);
  for (const [name, schema] of Object.entries(definitions)) ajv.addSchema(schema, name);
  const remarks: string[] = [];

  const compile = (name: string, schema: AnySchema) => {
    try {
      return { validate: ajv.compile(schema) };
    } catch (error) {
      const uncompiled = error instanceof Error ? error.message : 'unknown reason';
      remarks.push(`could not compile ${name}: ${uncompiled}`);
      return { uncompiled };
    }
  };
  return {
    body: compile,
    parameter: (name, { schema, ...rest }) => {
      const compiled = compile(name, schema);
      // A parameter that cannot be checked is refused, so that nobody takes it for checked.
      return { ...rest, validate: 'validate' in compiled ? compiled.validate : ajv.compile(false) };
    },
    remarks,
  };
};
