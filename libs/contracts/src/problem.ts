import { z } from 'zod';

/** What every failed call answers: an RFC 9457 problem that also carries `error`, `code` and `request_id` for existing frontends. */
export const problem = z.object({
  type: z.url().describe('The page that explains the code.'),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  error: z.string(),
  code: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
  request_id: z.string(),
});
export type Problem = z.output<typeof problem>;
