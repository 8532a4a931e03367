import { Controller, Inject } from '@nestjs/common';
import { getSigningKeys, rollOverSigningKey, type OutputOf } from '@patchbay/contracts';
import { OnRequest } from '@patchbay/messaging';
import { SigningKeysService } from './signing-keys.service.js';

@Controller()
export class SigningKeysController {
  constructor(@Inject(SigningKeysService) private readonly keys: SigningKeysService) {}

  @OnRequest(getSigningKeys)
  getSigningKeys(): Promise<OutputOf<typeof getSigningKeys>> {
    return this.keys.listPublic();
  }

  @OnRequest(rollOverSigningKey)
  rollOver(): Promise<OutputOf<typeof rollOverSigningKey>> {
    return this.keys.rollOver();
  }
}
