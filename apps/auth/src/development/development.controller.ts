import { Controller, Inject } from '@nestjs/common';
import { issueDevelopmentTokens, type OutputOf } from '@patchbay/contracts';
import { OnRequest } from '@patchbay/messaging';
import { DevelopmentService } from './development.service.js';

@Controller()
export class DevelopmentController {
  constructor(@Inject(DevelopmentService) private readonly development: DevelopmentService) {}

  @OnRequest(issueDevelopmentTokens)
  issueTokens(): Promise<OutputOf<typeof issueDevelopmentTokens>> {
    return this.development.issueTokens();
  }
}
