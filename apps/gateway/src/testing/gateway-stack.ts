import { loadConfig, type Clock, type Logger } from '@patchbay/service-kit';
import { startNats } from '@patchbay/testing';
import { request } from 'undici';
import { gatewayConfig } from '../gateway.config.js';
import { startGateway } from '../start-gateway.js';
import { FakeServices, publicBaseUrl } from './fake-services.js';
import { silentLog } from './silent-log.js';

/** An answer, as it came. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Each `Set-Cookie`, whole. */
  readonly cookies: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
}

/** What to send. */
export interface Call {
  readonly bearer?: string | undefined;
  /** The value of the `Cookie` header. */
  readonly cookie?: string | undefined;
  readonly origin?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface GatewayStack {
  readonly url: string;
  readonly services: FakeServices;
  call(method: string, path: string, call?: Call): Promise<Answer>;
  stop(): Promise<void>;
}

/** What a stack may differ in. */
interface StackOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly log?: Logger;
  readonly clock?: Clock;
}

/** A real gateway on a NATS of its own, with fakes for all services behind it. */
export async function startGatewayStack({ env = {}, log = silentLog, clock = () => new Date() }: StackOptions = {}): Promise<GatewayStack> {
  const nats = await startNats();
  const services = await FakeServices.start(nats.url);
  const config = loadConfig(gatewayConfig, { NODE_ENV: 'test', NATS_URL: nats.url, PORT: '0', PUBLIC_BASE_URL: publicBaseUrl, ...env });
  const gateway = await startGateway({ config, log, clock });
  const url = gateway.url.replace('[::]', '127.0.0.1').replace('0.0.0.0', '127.0.0.1');
  return {
    url,
    services,
    call: async (method, path, call = {}) => {
      await services.settled();
      return send(`${url}${path}`, method, call);
    },
    stop: async () => {
      await gateway.stop();
      await services.stop();
      await nats.stop();
    },
  };
}

async function send(url: string, method: string, { bearer, cookie, origin, headers = {}, body }: Call): Promise<Answer> {
  const answer = await request(url, {
    method: method as 'GET',
    headers: {
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      ...(cookie !== undefined && { cookie }),
      ...(origin !== undefined && { origin }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await answer.body.text();
  const setCookie = answer.headers['set-cookie'] ?? [];
  return {
    status: answer.statusCode,
    headers: answer.headers,
    cookies: typeof setCookie === 'string' ? [setCookie] : setCookie,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}
