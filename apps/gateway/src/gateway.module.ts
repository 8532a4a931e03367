import { Module } from '@nestjs/common';
import { Authenticator } from './authentication/authenticator.js';
import { InboundLimits } from './limits/inbound-limits.js';
import { ProblemFilter } from './problems/problem.filter.js';
import { RouteRegistrar } from './routes/route-registrar.js';

/** What the gateway is made of. Platform parts come from the process that starts it. */
@Module({ providers: [Authenticator, InboundLimits, ProblemFilter, RouteRegistrar] })
export class GatewayModule {}
