import { Controller, Inject } from '@nestjs/common';
import { authenticateApiKey, createApiKey, listApiKeys, revokeApiKey, type InputOf, type OutputOf } from '@patchbay/contracts';
import { OnRequest, type RequestContext } from '@patchbay/messaging';
import { ApiKeysService } from './api-keys.service.js';

@Controller()
export class ApiKeysController {
  constructor(@Inject(ApiKeysService) private readonly keys: ApiKeysService) {}

  @OnRequest(authenticateApiKey)
  authenticate({ key }: InputOf<typeof authenticateApiKey>): Promise<OutputOf<typeof authenticateApiKey>> {
    return this.keys.authenticate(key);
  }

  @OnRequest(listApiKeys)
  list(input: InputOf<typeof listApiKeys>, context: RequestContext): Promise<OutputOf<typeof listApiKeys>> {
    return this.keys.list(input, context);
  }

  @OnRequest(createApiKey)
  create(input: InputOf<typeof createApiKey>, context: RequestContext): Promise<OutputOf<typeof createApiKey>> {
    return this.keys.create(input, context);
  }

  @OnRequest(revokeApiKey)
  revoke({ id }: InputOf<typeof revokeApiKey>, context: RequestContext): Promise<null> {
    return this.keys.revoke(id, context);
  }
}
