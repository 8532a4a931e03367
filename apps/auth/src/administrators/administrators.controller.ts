import { Controller, Inject } from '@nestjs/common';
import { createAdmin, type InputOf, type OutputOf } from '@patchbay/contracts';
import { OnRequest } from '@patchbay/messaging';
import { AdministratorsService } from './administrators.service.js';

@Controller()
export class AdministratorsController {
  constructor(@Inject(AdministratorsService) private readonly administrators: AdministratorsService) {}

  @OnRequest(createAdmin)
  create(input: InputOf<typeof createAdmin>): Promise<OutputOf<typeof createAdmin>> {
    return this.administrators.create(input);
  }
}
