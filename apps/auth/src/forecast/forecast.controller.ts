import { Controller, Inject } from '@nestjs/common';
import { defaultTenantId, listAllExpiringConnections, listExpiringConnections, type InputOf, type OutputOf } from '@patchbay/contracts';
import { OnRequest, requireUser, type RequestContext } from '@patchbay/messaging';
import { ForecastService } from './forecast.service.js';

@Controller()
export class ForecastController {
  constructor(@Inject(ForecastService) private readonly forecast: ForecastService) {}

  @OnRequest(listExpiringConnections)
  ofUser(input: InputOf<typeof listExpiringConnections>, context: RequestContext): Promise<OutputOf<typeof listExpiringConnections>> {
    return this.forecast.ofUser(requireUser(context), input);
  }

  @OnRequest(listAllExpiringConnections)
  ofEveryone(input: InputOf<typeof listAllExpiringConnections>, { caller }: RequestContext): Promise<OutputOf<typeof listAllExpiringConnections>> {
    return this.forecast.ofEveryone(caller?.tenant_id ?? defaultTenantId, input);
  }
}
