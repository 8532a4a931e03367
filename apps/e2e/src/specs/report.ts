import { checkExchange, type Finding } from './check-exchange.js';
import type { ApiDescription } from './description.js';
import type { Recording } from './scenario.js';

/** What is known of one operation after everything was held against the descriptions. */
export interface OperationReport {
  readonly operation: string;
  readonly verdict: 'passed' | 'failed' | 'unchecked';
  readonly requests: { readonly byAdapters: number; readonly byHand: number };
  readonly statuses: readonly number[];
  readonly faults: readonly string[];
  readonly unjudged: readonly string[];
}

/** No vendor describes these in its documents, such as the endpoints of its authorization server: they are named, and not counted as checked. */
const describedByNobody = [
  /\/oauth2?\/(authorize|token|token\/revoke|revoke)$/,
  // GitHub's and Webex's.
  /^\/login\/oauth\/access_token$/,
  /^\/v1\/(authorize|access_token)$/,
  /\/oauth2\/v2\.0\/(authorize|token)$/,
  /\/o\/oauth2\/v2\/auth$/,
  /^\/(token|revoke)$/,
  // Microsoft's.
  /^\/v1\.0\/\$batch$/,
  /^\/v1\.0\/me\/calendars\/[^/]+\/calendarPermissions(\/[^/]+)?$/,
  // Instagram's.
  /^(\/oauth)?\/access_token$/,
];

/** Holds recordings against descriptions, one report for each operation that occurred. */
export const reportOn = (descriptions: readonly ApiDescription[], recordings: readonly Recording[]): readonly OperationReport[] => {
  const reports = new Map<string, OperationReport>();
  const add = (finding: Finding, source: 'byAdapters' | 'byHand', verdict: OperationReport['verdict'] | null = null): void => {
    const known = reports.get(finding.operation) ?? emptyReport(finding.operation);
    const faults = distinct([...known.faults, ...finding.faults]);
    reports.set(finding.operation, {
      ...known,
      faults,
      verdict: verdict ?? (faults.length > 0 ? 'failed' : 'passed'),
      requests: { ...known.requests, [source]: known.requests[source] + 1 },
      statuses: distinct([...known.statuses, ...(finding.status === null ? [] : [finding.status])]).sort(),
      unjudged: distinct([...known.unjudged, ...finding.unjudged]),
    });
  };

  for (const { provider, source, exchange } of recordings.flatMap(sourcesOf)) {
    const { method, path } = exchange.request;
    const finding = checkExchange(descriptions, exchange);
    const status = exchange.response?.status ?? null;
    const operation = `${provider} ${method} ${path}`;
    if (finding !== null) add(source === 'byAdapters' ? finding : withoutRequestFaults(finding), source);
    else if (describedByNobody.some((pattern) => pattern.test(path)))
      add({ operation, status, faults: [], unjudged: ['no vendor document describes it'] }, source, 'unchecked');
    else add({ operation, status, faults: ['request: no document knows this path and method'], unjudged: [] }, source);
  }
  return [...reports.values()];
};

const sourcesOf = ({ provider, byAdapters, byHand }: Recording) => [
  ...byAdapters.map((exchange) => ({ provider, source: 'byAdapters' as const, exchange })),
  ...byHand.map((exchange) => ({ provider, source: 'byHand' as const, exchange })),
];

/** What must have occurred, or the scenario shows less than it says. */
export const missingOperations = (reports: readonly OperationReport[], expected: readonly string[]): readonly string[] => {
  const sent = new Set(reports.filter(({ requests }) => requests.byAdapters > 0).map(({ operation }) => operation));
  return expected.filter((operation) => !sent.has(operation));
};

/** One line for people; faults below it. */
export const reportLines = ({ verdict, operation, requests, statuses, faults, unjudged }: OperationReport): readonly string[] => {
  const sources = [`${requests.byAdapters} by the adapter`, `${requests.byHand} by hand`].filter((source) => !source.startsWith('0 ')).join(', ');
  const rest = unjudged.length === 0 ? '' : `; not judged: ${unjudged.join(', ')}`;
  return [
    `${verdict.padEnd(9)} ${operation} (${sources}; answers ${statuses.join(' ') || 'none'}${rest})`,
    ...faults.map((fault) => `            ${fault}`),
  ];
};

const withoutRequestFaults = (finding: Finding): Finding => ({
  ...finding,
  faults: finding.faults.filter((fault) => !fault.startsWith('request: ')),
});

const emptyReport = (operation: string): OperationReport => ({
  operation,
  verdict: 'passed',
  requests: { byAdapters: 0, byHand: 0 },
  statuses: [],
  faults: [],
  unjudged: [],
});

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];
