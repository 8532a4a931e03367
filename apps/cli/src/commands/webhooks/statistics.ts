import { getWebhookStatistics, type OutputOf } from '@patchbay/contracts';
import type { Command } from 'commander';
import { gatewayCommand, runs } from '../../command.js';
import { table, type Streams } from '../../terminal.js';

type Statistics = OutputOf<typeof getWebhookStatistics>;

/** `patchbay webhooks statistics`. */
export const webhookStatisticsCommand = (streams: Streams): Command =>
  gatewayCommand('statistics', 'say how an endpoint has been doing for 30 days')
    .argument('<id>', 'the endpoint')
    .action(
      runs(streams, async ({ terminal, client }, _options, id = '') => terminal.result(await client().call(getWebhookStatistics, { id }), textOf)),
    );

function textOf(statistics: Statistics): readonly string[] {
  const { is_active, disabled_reason, failing_since, days } = statistics;
  const state = is_active ? 'It is on' : `It is off${disabled_reason === null ? '' : ` (${disabled_reason})`}`;
  const rows = days.filter(({ succeeded, failed }) => succeeded + failed > 0).map((day) => [day.day, ...cellsOf(day)]);
  return [
    `${state}${failing_since === null ? '.' : `, and every attempt has failed since ${failing_since}.`}`,
    ...table(['DAY', 'SUCCEEDED', 'FAILED', 'RATE', 'P50 MS', 'P95 MS', 'P99 MS'], [...rows, ['all', ...cellsOf(statistics)]]),
  ];
}

const cellsOf = ({ succeeded, failed, success_rate, latency_ms }: Pick<Statistics, 'succeeded' | 'failed' | 'success_rate' | 'latency_ms'>) => [
  String(succeeded),
  String(failed),
  success_rate === null ? '' : `${(100 * success_rate).toFixed(2)} %`,
  ...[latency_ms?.p50, latency_ms?.p95, latency_ms?.p99].map((ms) => String(ms ?? '')),
];
