import { Inject, Injectable } from '@nestjs/common';
import { AppError, type BulkOutcome, type Conflict, type InputOf, type OutputOf, type resolveConflicts } from '@patchbay/contracts';
import type { UserCaller } from '@patchbay/messaging';
import { spanOf } from './conflict-view.js';
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
    const found = await this.#find(user, wanted);
    const known = new Map(found.slice(0, bulkMax).map((conflict) => [conflict.id, conflict]));
    const ids = wanted.ids === undefined ? [...known.keys()] : [...new Set(wanted.ids.map((id) => id.toLowerCase()))];
    const items: BulkOutcome[] = [];
    for (const id of ids) items.push(await this.#outcome(user, { id, conflict: known.get(id), wanted }));
    return { items, is_complete: found.length <= bulkMax };
  }

  #find(user: UserCaller, { ids, filter = {} }: Wanted): Promise<Conflict[]> {
    if (ids !== undefined) return this.conflicts.findAll(user, { ...this.conflicts.decidable(), ids, limit: ids.length });
    const { severity, involves } = filter;
    return this.conflicts.findAll(user, { ...this.conflicts.range(filter), status: 'open', severity, involves, limit: bulkMax + 1 });
  }

  async #outcome(
    user: UserCaller,
    { id, conflict, wanted: { action, preview } }: { readonly id: string; readonly conflict: Conflict | undefined; readonly wanted: Wanted },
  ): Promise<BulkOutcome> {
    const nothing = { conflict_id: id, proposal: null, resolution: null, code: null };
    try {
      if (!preview) {
        const resolution = await this.resolutions.resolve(user, {
          id,
          action,
          ...(conflict === undefined ? {} : { where: spanOf(conflict.overlap) }),
        });
        return { ...nothing, status: 'resolved', resolution };
      }
      if (conflict === undefined) throw new AppError('conflict_not_found');
      const { targetId } = effectOf(conflict, { action });
      const proposal = conflict.proposals.find((one) => one.action === action && one.target_id === targetId) ?? null;
      return { ...nothing, status: 'would_resolve', proposal };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { ...nothing, status: 'failed', code: error.code };
    }
  }
}
