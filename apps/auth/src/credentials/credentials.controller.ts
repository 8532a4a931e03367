import { Controller, Inject } from '@nestjs/common';
import {
  checkConnection,
  connectCalendar,
  connectWithCredentials,
  getCredentials,
  type Connection,
  type InputOf,
  type OutputOf,
} from '@patchbay/contracts';
import { OnRequest, requireUser, type RequestContext } from '@patchbay/messaging';
import { ConnectionChecker } from './connection-checker.js';
import { CredentialsService } from './credentials.service.js';

@Controller()
export class CredentialsController {
  constructor(
    @Inject(CredentialsService) private readonly credentials: CredentialsService,
    @Inject(ConnectionChecker) private readonly checker: ConnectionChecker,
  ) {}

  @OnRequest(connectWithCredentials)
  connect(input: InputOf<typeof connectWithCredentials>, context: RequestContext): Promise<Connection> {
    return this.credentials.connect(requireUser(context), input);
  }

  @OnRequest(connectCalendar)
  connectCalendar({ provider, ...typed }: InputOf<typeof connectCalendar>, context: RequestContext): Promise<Connection> {
    return this.credentials.connect(requireUser(context), { provider, integration_type: 'calendar', credentials: withoutUnset(typed) });
  }

  @OnRequest(checkConnection)
  check({ id }: InputOf<typeof checkConnection>, context: RequestContext): Promise<Connection> {
    return this.checker.check(requireUser(context), id);
  }

  @OnRequest(getCredentials)
  get(input: InputOf<typeof getCredentials>): Promise<OutputOf<typeof getCredentials>> {
    return this.credentials.get(input);
  }
}

const withoutUnset = (fields: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
