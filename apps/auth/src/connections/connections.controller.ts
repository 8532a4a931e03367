import { Controller, Inject } from '@nestjs/common';
import { disconnectConnection, getConnection, listConnections, type Connection, type InputOf, type OutputOf } from '@patchbay/contracts';
import { OnRequest, requireUser, type RequestContext } from '@patchbay/messaging';
import { ConnectionsService } from './connections.service.js';

@Controller()
export class ConnectionsController {
  constructor(@Inject(ConnectionsService) private readonly connections: ConnectionsService) {}

  @OnRequest(listConnections)
  list(input: InputOf<typeof listConnections>, context: RequestContext): Promise<OutputOf<typeof listConnections>> {
    return this.connections.list(requireUser(context), input);
  }

  @OnRequest(getConnection)
  get({ id }: InputOf<typeof getConnection>, context: RequestContext): Promise<Connection> {
    return this.connections.get(requireUser(context), id);
  }

  @OnRequest(disconnectConnection)
  disconnect({ id }: InputOf<typeof disconnectConnection>, context: RequestContext): Promise<null> {
    return this.connections.disconnect(requireUser(context), id);
  }
}
