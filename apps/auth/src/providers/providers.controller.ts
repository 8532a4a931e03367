import { Controller, Inject } from '@nestjs/common';
import { listProviders, type InputOf, type OutputOf } from '@patchbay/contracts';
import { OnRequest } from '@patchbay/messaging';
import { ProvidersService } from './providers.service.js';

@Controller()
export class ProvidersController {
  constructor(@Inject(ProvidersService) private readonly providers: ProvidersService) {}

  @OnRequest(listProviders)
  async list(input: InputOf<typeof listProviders>): Promise<OutputOf<typeof listProviders>> {
    return this.providers.list(input);
  }
}
