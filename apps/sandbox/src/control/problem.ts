import type { FastifyReply } from 'fastify';
import type { z } from 'zod';

/** An answer that says what is wrong, in the shape of RFC 9457. */
export const sendProblem = (
  reply: FastifyReply,
  status: number,
  problem: { readonly code: string; readonly title: string; readonly details?: readonly object[] },
): FastifyReply =>
  reply
    .code(status)
    .type('application/problem+json')
    .send({ status, ...problem });

/** Parses input of a request, or answers 400 naming every faulty field and gives null. */
export const parsedOr400 = <Schema extends z.ZodType>(reply: FastifyReply, schema: Schema, value: unknown): z.output<Schema> | null => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.map(({ path, message }) => ({ field: path.join('.'), message }));
  void sendProblem(reply, 400, { code: 'invalid_input', title: 'The request is not understood', details });
  return null;
};
