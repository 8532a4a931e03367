import { Controller, Inject } from '@nestjs/common';
import { listIdentities, unlinkIdentity, type InputOf, type OutputOf } from '@patchbay/contracts';
import { OnRequest, requireUser, type RequestContext } from '@patchbay/messaging';
import { IdentitiesService } from './identities.service.js';

@Controller()
export class IdentitiesController {
  constructor(@Inject(IdentitiesService) private readonly identities: IdentitiesService) {}

  @OnRequest(listIdentities)
  list(input: InputOf<typeof listIdentities>, context: RequestContext): Promise<OutputOf<typeof listIdentities>> {
    return this.identities.list(requireUser(context), input);
  }

  @OnRequest(unlinkIdentity)
  unlink({ id }: InputOf<typeof unlinkIdentity>, context: RequestContext): Promise<null> {
    return this.identities.unlink(requireUser(context), id);
  }
}
