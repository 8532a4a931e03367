import { Controller, Inject } from '@nestjs/common';
import { finishOAuth, startOAuth, type InputOf, type OutputOf } from '@patchbay/contracts';
import { OnRequest, type RequestContext } from '@patchbay/messaging';
import { SignInService } from './sign-in.service.js';

@Controller()
export class SignInController {
  constructor(@Inject(SignInService) private readonly signIn: SignInService) {}

  @OnRequest(startOAuth)
  start(input: InputOf<typeof startOAuth>, context: RequestContext): Promise<OutputOf<typeof startOAuth>> {
    return this.signIn.start(input, context);
  }

  @OnRequest(finishOAuth)
  finish(input: InputOf<typeof finishOAuth>, context: RequestContext): Promise<OutputOf<typeof finishOAuth>> {
    return this.signIn.finish(input, context);
  }
}
