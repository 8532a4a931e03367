import { Controller, Inject } from '@nestjs/common';
import { authenticateSession, endSession, listSessions, refreshSession, signOut, type InputOf, type OutputOf } from '@patchbay/contracts';
import { OnRequest, requireUser, type RequestContext } from '@patchbay/messaging';
import { SessionsService } from './sessions.service.js';

@Controller()
export class SessionsController {
  constructor(@Inject(SessionsService) private readonly sessions: SessionsService) {}

  @OnRequest(refreshSession)
  refresh({ refresh_token: refreshToken }: InputOf<typeof refreshSession>): Promise<OutputOf<typeof refreshSession>> {
    return this.sessions.refresh(refreshToken);
  }

  @OnRequest(signOut)
  signOut(input: InputOf<typeof signOut>, context: RequestContext): Promise<null> {
    return this.sessions.signOut(input, context);
  }

  @OnRequest(listSessions)
  list(input: InputOf<typeof listSessions>, context: RequestContext): Promise<OutputOf<typeof listSessions>> {
    return this.sessions.list(input, context);
  }

  @OnRequest(endSession)
  end({ id }: InputOf<typeof endSession>, context: RequestContext): Promise<null> {
    return this.sessions.end(requireUser(context), id);
  }

  @OnRequest(authenticateSession)
  authenticate({ session_id: id }: InputOf<typeof authenticateSession>): Promise<OutputOf<typeof authenticateSession>> {
    return this.sessions.authenticate(id);
  }
}
