import { Controller, Inject } from '@nestjs/common';
import {
  getConflict,
  listConflicts,
  listResolutions,
  overrideResolution,
  resolveConflict,
  resolveConflicts,
  type Conflict,
  type ConflictResolution,
  type InputOf,
  type OutputOf,
} from '@patchbay/contracts';
import { OnRequest, requireUser, type RequestContext } from '@patchbay/messaging';
import { BulkResolutionsService } from './bulk-resolutions.service.js';
import { ConflictsService } from './conflicts.service.js';
import { ResolutionsService } from './resolutions.service.js';

@Controller()
export class ConflictsController {
  constructor(
    @Inject(ConflictsService) private readonly conflicts: ConflictsService,
    @Inject(ResolutionsService) private readonly resolutions: ResolutionsService,
    @Inject(BulkResolutionsService) private readonly bulk: BulkResolutionsService,
  ) {}

  @OnRequest(listConflicts)
  list(input: InputOf<typeof listConflicts>, context: RequestContext): Promise<OutputOf<typeof listConflicts>> {
    return this.conflicts.list(context, input);
  }

  @OnRequest(getConflict)
  get(input: InputOf<typeof getConflict>, context: RequestContext): Promise<Conflict> {
    return this.conflicts.get(requireUser(context), input.id);
  }

  @OnRequest(resolveConflict)
  resolve(input: InputOf<typeof resolveConflict>, context: RequestContext): Promise<ConflictResolution> {
    return this.resolutions.resolve(requireUser(context), input);
  }

  @OnRequest(resolveConflicts)
  resolveAll(input: InputOf<typeof resolveConflicts>, context: RequestContext): Promise<OutputOf<typeof resolveConflicts>> {
    return this.bulk.resolve(requireUser(context), input);
  }

  @OnRequest(listResolutions)
  history(input: InputOf<typeof listResolutions>, context: RequestContext): Promise<OutputOf<typeof listResolutions>> {
    return this.resolutions.list(requireUser(context), input);
  }

  @OnRequest(overrideResolution)
  override(input: InputOf<typeof overrideResolution>, context: RequestContext): Promise<ConflictResolution> {
    return this.resolutions.override(requireUser(context), input);
  }
}
