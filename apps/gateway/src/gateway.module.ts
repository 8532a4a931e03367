import { Module } from '@nestjs/common';
import { ApiKeys } from './authentication/api-keys.js';
import { Authenticator } from './authentication/authenticator.js';
import { HostTokens } from './authentication/host-tokens.js';
import { OwnTokens } from './authentication/own-tokens.js';
import { Sessions } from './authentication/sessions.js';
import { SignOuts } from './authentication/sign-outs.js';
import { AnswerCookies } from './cookies/answer-cookies.js';
import { OriginGuard } from './cookies/origin-guard.js';
import { InboundLimits } from './limits/inbound-limits.js';
import { LargeBodies } from './limits/large-bodies.js';
import { LiveAnswers } from './live/live-answers.js';
import { ProblemFilter } from './problems/problem.filter.js';
import { Admission } from './routes/admission.js';
import { RawRoutes } from './routes/raw-routes.js';
import { RouteRegistrar } from './routes/route-registrar.js';

const authentication = [ApiKeys, Authenticator, HostTokens, OwnTokens, Sessions, SignOuts];
const cookies = [AnswerCookies, OriginGuard];

/** What the gateway is made of. Platform parts come from the process that starts it. */
@Module({ providers: [...authentication, ...cookies, Admission, InboundLimits, LargeBodies, LiveAnswers, ProblemFilter, RawRoutes, RouteRegistrar] })
export class GatewayModule {}
