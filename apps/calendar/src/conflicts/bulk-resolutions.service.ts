import { Inject, Injectable } from '@nestjs/common';
import { AppError, type BulkOutcome, type InputOf, type OutputOf, type resolveConflicts } from '@patchbay/contracts';
import type { UserCaller } from '@patchbay/messaging';
import { ConflictsService } from './conflicts.service.js';
import { effectOf } from './decision-effect.js';
import { ResolutionsService } from './resolutions.service.js';

type Wanted = InputOf<typeof resolveConflicts>;

/** So many are decided about in one call. */
const bulkMax = 100;

/** Decides the same about several conflicts, each in a transaction of its own. */
@Injectable()
export class BulkResolutionsService {
  constructor(
    @Inject(ConflictsService) private readonly conflicts: ConflictsService,
    @Inject(ResolutionsService) private readonly resolutions: ResolutionsService,
  ) {}

  async resolve(user: UserCaller, wanted: Wanted): Promise<OutputOf<typeof resolveConflicts>> {
    const { ids, next_cursor } = await this.#idsOf(user, wanted);
    const items: BulkOutcome[] = [];
    for (const id of ids) items.push(await this.#outcome(user, id, wanted));
    return { items, is_complete: next_cursor === null, next_cursor };
  }

  async #idsOf(user: UserCaller, { ids, filter, cursor }: Wanted) {
    if (ids !== undefined) return { ids: new Set(ids.map((id) => id.toLowerCase())), next_cursor: null };
    return this.conflicts.idsOfOpen(user, { ...filter, cursor, limit: bulkMax });
  }

  async #outcome(user: UserCaller, id: string, { action, preview }: Wanted): Promise<BulkOutcome> {
    const nothing = { conflict_id: id, proposal: null, resolution: null, code: null };
    try {
      if (!preview) {
        const resolution = await this.resolutions.resolve(user, { id, action });
        return { ...nothing, status: 'resolved', resolution };
      }
      const conflict = await this.conflicts.get(user, id);
      const { targetId } = effectOf(conflict, { action });
      const proposal = conflict.proposals.find((one) => one.action === action && one.target_id === targetId) ?? null;
      return { ...nothing, status: 'would_resolve', proposal };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { ...nothing, status: 'failed', code: error.code };
    }
  }
}
