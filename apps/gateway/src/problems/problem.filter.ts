import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { AppError } from '@patchbay/contracts';
import { LOG, SERVICE_CONFIG, type Logger } from '@patchbay/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayConfig } from '../gateway.config.js';
import { appErrorOf, problemMediaType, problemOf } from './problem.js';

/** The one place where a failure becomes an answer. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    @Inject(SERVICE_CONFIG) private readonly config: GatewayConfig,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(exception, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(exception: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const error = appErrorOf(exception, this.config.BODY_BYTES_MAX);
    this.#log(error, request);
    if (error.code === 'unauthenticated') void reply.header('www-authenticate', 'Bearer');
    if (error.code === 'rate_limited') void reply.header('retry-after', String(error.details['retry_after_seconds'] ?? 1));
    if (error.code === 'method_not_allowed') void reply.header('allow', String(error.details['allowed'] ?? ''));
    void reply
      .code(error.status)
      .type(problemMediaType)
      .send(JSON.stringify(problemOf(error, this.config.PUBLIC_BASE_URL, request.id)));
  }

  #log(error: AppError, request: FastifyRequest): void {
    const row = { request_id: request.id, method: request.method, route: request.routeOptions?.url, code: error.code };
    if (error.status >= 500) this.log.error({ ...row, err: error }, 'a call failed');
    else this.log.debug(row, 'a call was refused');
  }
}
