import { Controller, Inject } from '@nestjs/common';
import { getSigningKeys, type OutputOf } from '@patchbay/contracts';
import { OnRequest } from '@patchbay/messaging';
import { SigningKeysRepository } from './signing-keys.repository.js';

@Controller()
export class SigningKeysController {
  constructor(@Inject(SigningKeysRepository) private readonly keys: SigningKeysRepository) {}

  @OnRequest(getSigningKeys)
  async getSigningKeys(): Promise<OutputOf<typeof getSigningKeys>> {
    return { keys: await this.keys.listPublic() };
  }
}
