import { Controller, Inject } from '@nestjs/common';
import { AppError, importConnections, type InputOf, type OutputOf } from '@patchbay/contracts';
import { OnRequest, type RequestContext } from '@patchbay/messaging';
import { ImportsService } from './imports.service.js';

@Controller()
export class ImportsController {
  constructor(@Inject(ImportsService) private readonly imports: ImportsService) {}

  @OnRequest(importConnections)
  async import(input: InputOf<typeof importConnections>, { caller }: RequestContext): Promise<OutputOf<typeof importConnections>> {
    if (caller === undefined) throw new AppError('forbidden');
    return this.imports.import(caller.tenant_id, input);
  }
}
