import { Controller, Inject } from '@nestjs/common';
import {
  connectSocialAccount,
  finishConnection,
  finishConnectionWithoutState,
  startConnection,
  type Connection,
  type InputOf,
  type OutputOf,
} from '@patchbay/contracts';
import { OnRequest, requireUser, type RequestContext } from '@patchbay/messaging';
import { OAuthService } from './oauth.service.js';

@Controller()
export class OAuthController {
  constructor(@Inject(OAuthService) private readonly oauth: OAuthService) {}

  @OnRequest(startConnection)
  start(input: InputOf<typeof startConnection>, context: RequestContext): Promise<OutputOf<typeof startConnection>> {
    return this.oauth.start(requireUser(context), input);
  }

  @OnRequest(finishConnection)
  finish(input: InputOf<typeof finishConnection>, context: RequestContext): Promise<Connection> {
    return this.oauth.finish(requireUser(context), input);
  }

  @OnRequest(finishConnectionWithoutState)
  finishWithoutState(input: InputOf<typeof finishConnectionWithoutState>, context: RequestContext): Promise<Connection> {
    return this.oauth.finishWithoutState(requireUser(context), input);
  }

  @OnRequest(connectSocialAccount)
  connectSocial(input: InputOf<typeof connectSocialAccount>, context: RequestContext): Promise<Connection> {
    return this.oauth.connectSocial(requireUser(context), input);
  }
}
