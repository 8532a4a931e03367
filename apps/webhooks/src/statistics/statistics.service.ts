import { Inject, Injectable } from '@nestjs/common';
import { AppError, type getWebhookStatistics, type InputOf, type OutputOf } from '@patchbay/contracts';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { EndpointsRepository, type Owner } from '../endpoints/endpoints.repository.js';
import { percentilesOf } from './latency-histogram.js';
import { StatisticsRepository, type EndpointDay } from './statistics.repository.js';

const daysShown = 30;
const dayMs = 24 * 3_600_000;

/** Answers how an endpoint has been doing. */
@Injectable()
export class StatisticsService {
  constructor(
    @Inject(EndpointsRepository) private readonly endpoints: EndpointsRepository,
    @Inject(StatisticsRepository) private readonly statistics: StatisticsRepository,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async get(owner: Owner, { id }: InputOf<typeof getWebhookStatistics>): Promise<OutputOf<typeof getWebhookStatistics>> {
    const endpoint = await this.endpoints.find(owner, id);
    if (endpoint === undefined) throw new AppError('webhook_not_found');
    const days = Array.from({ length: daysShown }, (_none, index) => dayOf(this.now().getTime() - (daysShown - 1 - index) * dayMs));
    const counted = await this.statistics.list(id, days[0] ?? '');
    return {
      endpoint_id: id,
      is_active: endpoint.is_active,
      disabled_reason: endpoint.disabled_reason,
      failing_since: endpoint.failing_since?.toISOString() ?? null,
      ...summaryOf(counted),
      days: days.map((day) => ({ day, ...summaryOf(counted.filter((each) => each.day === day)) })),
    };
  }
}

const dayOf = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);

function summaryOf(days: readonly EndpointDay[]) {
  const succeeded = days.reduce((sum, day) => sum + day.succeeded, 0);
  const failed = days.reduce((sum, day) => sum + day.failed, 0);
  const success_rate = succeeded + failed === 0 ? null : Math.round((10_000 * succeeded) / (succeeded + failed)) / 10_000;
  return { succeeded, failed, success_rate, latency_ms: percentilesOf(days.map(({ latencies }) => latencies)) };
}
