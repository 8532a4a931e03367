import type { ProviderHttp } from '../_kit/provider-http.js';

/** So many requests Outlook works on at once for one mailbox; a batch is worked on as so many. https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits */
const requestsMax = 4;

/** Who waits for one mailbox, and how much of it is taken. */
interface Line {
  taken: number;
  readonly waiting: { readonly weight: number; readonly enter: () => void }[];
}

/** Calls that wait for each other where Outlook would refuse them: per account, in the order in which they come. */
export const mailboxLimitedHttp = (http: ProviderHttp): ProviderHttp => {
  const lines = new Map<string, Line>();

  const letIn = (line: Line): void => {
    for (let next = line.waiting[0]; next !== undefined && line.taken + next.weight <= requestsMax; next = line.waiting[0]) {
      line.waiting.shift();
      line.taken += next.weight;
      next.enter();
    }
  };

  return {
    call: async (call) => {
      const { accountId } = call.token;
      const weight = call.path === '/$batch' ? requestsMax : 1;
      const line = lines.get(accountId) ?? { taken: 0, waiting: [] };
      lines.set(accountId, line);
      await new Promise<void>((enter) => {
        line.waiting.push({ weight, enter });
        letIn(line);
      });
      try {
        return await http.call(call);
      } finally {
        line.taken -= weight;
        letIn(line);
        if (line.taken === 0 && line.waiting.length === 0) lines.delete(accountId);
      }
    },
  };
};
