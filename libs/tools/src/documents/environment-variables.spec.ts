import { z } from 'zod';
import { variablesOf } from './environment-variables.js';

describe('variablesOf', () => {
  it('tells a required variable from one that may be absent', () => {
    const variables = variablesOf({ NATS_URL: z.string(), OUTBOX_ENABLED: z.stringbool().default(true), PROXY: z.string().optional() });

    expect(variables.map(({ name, isRequired, fallback }) => [name, isRequired, fallback])).toEqual([
      ['NATS_URL', true, ''],
      ['OUTBOX_ENABLED', false, 'true'],
      ['PROXY', false, ''],
    ]);
  });

  it('finds a description before and after a default', () => {
    const variables = variablesOf({
      A: z.string().default('x').describe('outside'),
      B: z.string().describe('inside').default('x'),
      C: z
        .string()
        .transform((text) => text.split(','))
        .describe('a list'),
    });

    expect(variables.map(({ description }) => description)).toEqual(['outside', 'inside', 'a list']);
  });
});
