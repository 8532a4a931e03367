import { Inject, Injectable } from '@nestjs/common';
import { type InputOf, type listActivity, type OutputOf } from '@patchbay/contracts';
import { idCursorOf, toPage } from '@patchbay/database';
import type { Owner } from '../endpoints/endpoints.repository.js';
import { ActivitiesRepository, type ActivityFilter, type ActivityRow } from './activities.repository.js';

const dayMs = 24 * 60 * 60 * 1_000;

/** Answers what Patchbay did for a user. */
@Injectable()
export class ActivityService {
  constructor(@Inject(ActivitiesRepository) private readonly activities: ActivitiesRepository) {}

  async list(owner: Owner, input: InputOf<typeof listActivity>): Promise<OutputOf<typeof listActivity>> {
    const rows = await this.activities.list(owner, { ...toFilter(input), limit: input.limit + 1 });
    return toPage(rows, input.limit, toActivity);
  }
}

const toFilter = (input: InputOf<typeof listActivity>): Omit<ActivityFilter, 'limit'> => ({
  after: idCursorOf(input),
  logType: input.log_type ?? null,
  integrationType: input.integration_type ?? null,
  booking: input.booking?.replaceAll('\u0000', '') ?? null,
  success: input.success ?? null,
  from: input.start_date === undefined ? null : new Date(input.start_date),
  before: input.end_date === undefined ? null : endOf(input.end_date),
  search: input.search?.replaceAll('\u0000', '') ?? null,
});

/** The end is meant inclusively: a date ends with its last moment (UTC), an instant with its millisecond. */
const endOf = (text: string): Date => new Date(Date.parse(text) + (text.includes('T') ? 1 : dayMs));

const toActivity = (row: ActivityRow) => ({
  ...row,
  details: JSON.parse(row.details) as Record<string, unknown>,
  created_at: row.created_at.toISOString(),
});
