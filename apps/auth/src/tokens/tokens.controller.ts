import { Controller, Inject } from '@nestjs/common';
import { getAccessToken, type InputOf, type OutputOf } from '@patchbay/contracts';
import { OnRequest } from '@patchbay/messaging';
import { TokensService } from './tokens.service.js';

@Controller()
export class TokensController {
  constructor(@Inject(TokensService) private readonly tokens: TokensService) {}

  @OnRequest(getAccessToken)
  getAccessToken(input: InputOf<typeof getAccessToken>): Promise<OutputOf<typeof getAccessToken>> {
    return this.tokens.getAccessToken(input);
  }
}
