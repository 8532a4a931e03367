import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  type createWebhookEndpoint,
  type InputOf,
  type listWebhookEndpoints,
  type OutputOf,
  type replaceWebhookEndpoint,
  type rotateWebhookSecret,
  type testWebhookEndpoint,
  type updateWebhookEndpoint,
  type WebhookEndpoint,
} from '@patchbay/contracts';
import { idCursorOf, toPage } from '@patchbay/database';
import { AddressNotAllowedError, EgressGuard } from '@patchbay/egress';
import { CLOCK, SERVICE_CONFIG, type Clock } from '@patchbay/service-kit';
import { currentTraceparent } from '@patchbay/tracing';
import { v7 as uuidv7 } from 'uuid';
import type { AttemptResult } from '../deliveries/delivery.js';
import { makeSecret, publicKeyOf, secretFault, signingOf, type Signing } from '../deliveries/signing-key.js';
import { WebhookSender } from '../deliveries/webhook-sender.js';
import { toEventToStore } from '../events/event-to-store.js';
import type { WebhooksConfig } from '../webhooks.config.js';
import { EndpointSecrets } from './endpoint-secrets.js';
import { EndpointTargets } from './endpoint-targets.js';
import { EndpointsRepository, type EndpointFields, type EndpointRow, type Owner } from './endpoints.repository.js';
import { checkEventPatterns, firstMatchingEvent, likeOf } from './event-patterns.js';
import { headerFaults } from './header-names.js';

const hourMs = 3_600_000;
/** Signatures of so many replaced secrets are sent beside that of the newest: a header must stay short. */
const previousMax = 3;
const noPrevious = { previous_sealed: null, previous_until: null } as const;

/** An edit that finds another one in its way begins again this often. */
const editTriesMax = 5;

type SecretFields = Pick<EndpointFields, 'secret_sealed' | 'public_key' | 'previous_sealed' | 'previous_until'>;
type WholeEndpoint = Omit<InputOf<typeof replaceWebhookEndpoint>, 'id'>;
/** Without headers: they stay. */
type EditedEndpoint = Omit<WholeEndpoint, 'headers'> & Partial<Pick<WholeEndpoint, 'headers'>>;

/** Decides about customers' endpoints. Another user's endpoint does not exist. */
@Injectable()
export class EndpointsService {
  constructor(
    @Inject(EndpointsRepository) private readonly endpoints: EndpointsRepository,
    @Inject(EndpointSecrets) private readonly secrets: EndpointSecrets,
    @Inject(EndpointTargets) private readonly targets: EndpointTargets,
    @Inject(EgressGuard) private readonly guard: EgressGuard,
    @Inject(WebhookSender) private readonly sender: WebhookSender,
    @Inject(SERVICE_CONFIG) private readonly config: WebhooksConfig,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async list(owner: Owner, page: InputOf<typeof listWebhookEndpoints>): Promise<OutputOf<typeof listWebhookEndpoints>> {
    const rows = await this.endpoints.list(owner, { limit: page.limit + 1, after: idCursorOf(page) });
    return toPage(rows, page.limit, (row) => this.#toEndpoint(row));
  }

  async get(owner: Owner, id: string): Promise<WebhookEndpoint> {
    return this.#toEndpoint(await this.#find(owner, id));
  }

  async create(owner: Owner, { signing, ...input }: InputOf<typeof createWebhookEndpoint>): Promise<OutputOf<typeof createWebhookEndpoint>> {
    this.#check(input);
    const id = uuidv7();
    const secret = newSecret(input.secret_key, signing, 'hmac');
    const place = { id, tenant_id: owner.tenant_id };
    const sealed = { secret_sealed: this.secrets.sealSecret(secret, place), headers_sealed: this.secrets.sealHeaders(input.headers, place) };
    const fields = { ...toFields(input), ...sealed, public_key: publicKeyOf(secret), ...noPrevious, disabled_reason: null };
    const row = await this.endpoints.add(owner, { id, fields }, this.config.WEBHOOKS_ENDPOINTS_MAX);
    if (row === undefined) throw new AppError('request_invalid', { endpoints: `no more than ${this.config.WEBHOOKS_ENDPOINTS_MAX} per user` });
    return { ...this.#toEndpoint(row), secret_key: secret };
  }

  async replace(owner: Owner, { id, ...input }: InputOf<typeof replaceWebhookEndpoint>): Promise<WebhookEndpoint> {
    return this.#edit(owner, id, () => input);
  }

  async update(owner: Owner, { id, ...changes }: InputOf<typeof updateWebhookEndpoint>): Promise<WebhookEndpoint> {
    const sent = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    return this.#edit(owner, id, (row) => {
      const { name, description, webhook_url, events, is_active, retry_failed, max_retries, rate_limit_per_minute } = row;
      const before = { name, description, webhook_url, events: [...events], is_active, retry_failed, max_retries, rate_limit_per_minute };
      return { ...before, ...sent };
    });
  }

  /** The old secret goes on signing beside the new one, so that receivers can change over whenever it suits them. */
  async rotateSecret(
    owner: Owner,
    { id, secret_key, signing, overlap_hours }: InputOf<typeof rotateWebhookSecret>,
  ): Promise<OutputOf<typeof rotateWebhookSecret>> {
    for (let tries = 0; tries < editTriesMax; tries += 1) {
      const row = await this.#find(owner, id);
      if (!this.secrets.canOpen(row)) throw new AppError('service_unavailable');
      const secret = newSecret(secret_key, signing, row.public_key === null ? 'hmac' : 'ed25519');
      const after = await this.endpoints.change(owner, row, { ...row, ...this.#rotated(row, secret, overlap_hours) });
      if (after !== undefined) return { ...this.#toEndpoint(after), secret_key: secret };
    }
    throw new AppError('service_unavailable');
  }

  async remove(owner: Owner, id: string): Promise<null> {
    if (!(await this.endpoints.remove(owner, id))) throw new AppError('webhook_not_found');
    return null;
  }

  /** Posts an example now, whether the endpoint is switched on or not, and keeps nothing. Being taken, it ends an endpoint's being off for failing. */
  async test(owner: Owner, id: string): Promise<OutputOf<typeof testWebhookEndpoint>> {
    const row = await this.#find(owner, id);
    const contract = firstMatchingEvent(row.events);
    if (contract === undefined) throw new AppError('request_invalid', { events: 'match no event type' });
    if (!this.secrets.canOpen(row)) throw new AppError('service_unavailable');
    const [example] = contract.examples;
    const event = { id: uuidv7(), type: contract.type, version: contract.version, tenant_id: row.tenant_id, timestamp: this.now().toISOString() };
    const { payload } = toEventToStore(contract, { ...event, data: contract.data.parse(example) }, { traceparent: undefined });
    const message = { id: event.id, body: markedAsTest(payload), traceparent: currentTraceparent() ?? null };
    const result = await new Promise<AttemptResult>((resolve) => this.sender.send(this.targets.open(row), message, resolve));
    const isRevived = result.error === null && !row.is_active && row.disabled_reason === 'failing';
    const { is_active } = isRevived ? await this.update(owner, { id, is_active: true }) : row;
    return {
      success: result.error === null,
      is_active,
      status_code: result.statusCode,
      duration_ms: result.durationMs,
      response_excerpt: result.responseExcerpt,
      error: result.error,
    };
  }

  async #find(owner: Owner, id: string): Promise<EndpointRow> {
    const row = await this.endpoints.find(owner, id);
    if (row === undefined) throw new AppError('webhook_not_found');
    return row;
  }

  /** Changes an endpoint as it is now: who rotated its secret or switched it off meanwhile must not be undone by a row that was read before. */
  async #edit(owner: Owner, id: string, change: (row: EndpointRow) => EditedEndpoint): Promise<WebhookEndpoint> {
    for (let tries = 0; tries < editTriesMax; tries += 1) {
      const row = await this.#find(owner, id);
      const input = change(row);
      this.#check(input);
      const after = await this.endpoints.change(owner, row, this.#toChangedFields(input, row));
      if (after !== undefined) return this.#toEndpoint(after);
    }
    throw new AppError('service_unavailable');
  }

  #check(input: EditedEndpoint): void {
    checkEventPatterns(input.events);
    const secretProblem = input.secret_key === undefined ? undefined : secretFault(input.secret_key);
    const faults = { ...headerFaults(input.headers ?? {}), ...(secretProblem === undefined ? {} : { secret_key: secretProblem }) };
    if (Object.keys(faults).length > 0) throw new AppError('request_invalid', faults);
    try {
      this.guard.checkUrl(input.webhook_url);
    } catch (error) {
      if (error instanceof AddressNotAllowedError)
        throw new AppError('webhook_url_not_allowed', { webhook_url: 'is not an address that webhooks may be sent to' });
      throw error;
    }
  }

  #toChangedFields(input: EditedEndpoint, row: EndpointRow): EndpointFields {
    const { headers, secret_key } = input;
    // Headers that cannot be opened are shown as none. Whoever sends that back never saw what would be lost, unless a new secret starts anew.
    const isEchoOfNone = headers !== undefined && secret_key === undefined && Object.keys(headers).length === 0 && !this.secrets.canOpen(row);
    const sealed = {
      ...this.#secretFields(secret_key, row),
      headers_sealed: headers === undefined || isEchoOfNone ? this.secrets.resealHeaders(row) : this.secrets.sealHeaders(headers, row),
    };
    return { ...toFields(input), ...sealed, disabled_reason: input.is_active ? null : row.disabled_reason };
  }

  /** Whoever sends a secret with an edit wants that one and no other from now on. */
  #secretFields(secret: string | undefined, row: EndpointRow): SecretFields {
    if (secret !== undefined) return { secret_sealed: this.secrets.sealSecret(secret, row), public_key: publicKeyOf(secret), ...noPrevious };
    const { public_key, previous_until } = row;
    return { secret_sealed: this.secrets.resealSecret(row), public_key, previous_sealed: this.secrets.resealPrevious(row), previous_until };
  }

  #rotated(row: EndpointRow, secret: string, overlapHours: number): SecretFields {
    const now = this.now().getTime();
    const old = { secret: this.secrets.openSecret(row), until: new Date(now + overlapHours * hourMs).toISOString() };
    const previous = [old, ...this.secrets.openPrevious(row)]
      .filter((each) => Date.parse(each.until) > now && each.secret !== secret)
      .slice(0, previousMax);
    const untils = previous.map(({ until }) => Date.parse(until));
    return {
      secret_sealed: this.secrets.sealSecret(secret, row),
      public_key: publicKeyOf(secret),
      previous_sealed: this.secrets.sealPrevious(previous, row),
      previous_until: untils.length === 0 ? null : new Date(Math.max(...untils)),
    };
  }

  #toEndpoint(row: EndpointRow): WebhookEndpoint {
    const { id, name, description, webhook_url, is_active, disabled_reason, retry_failed, max_retries, rate_limit_per_minute } = row;
    const times = { created_at: row.created_at.toISOString(), updated_at: row.updated_at.toISOString() };
    const own = { id, name, description, webhook_url, is_active, disabled_reason, retry_failed, max_retries, rate_limit_per_minute };
    return {
      ...own,
      events: [...row.events],
      headers: this.secrets.shownHeaders(row),
      has_secret: row.secret_sealed !== '',
      ...secretsOf(row),
      ...times,
    };
  }
}

/** The secret that was sent, or one that is made. */
function newSecret(sent: string | undefined, signing: Signing | undefined, otherwise: Signing): string {
  if (sent === undefined) return makeSecret(signing ?? otherwise);
  const fault = secretFault(sent);
  if (fault !== undefined) throw new AppError('request_invalid', { secret_key: fault });
  if (signing !== undefined && signingOf(sent) !== signing)
    throw new AppError('request_invalid', { signing: `the secret that was sent is for ${signingOf(sent)}` });
  return sent;
}

const secretsOf = ({ public_key, previous_until }: EndpointRow) => ({
  signing: public_key === null ? ('hmac' as const) : ('ed25519' as const),
  public_key,
  previous_secret_until: previous_until?.toISOString() ?? null,
});

function toFields(input: EditedEndpoint): Omit<EndpointFields, keyof SecretFields | 'headers_sealed' | 'disabled_reason'> {
  const { name, description, webhook_url, events, is_active, retry_failed, max_retries, rate_limit_per_minute } = input;
  return {
    name: name.replaceAll('\u0000', ''),
    description: description?.replaceAll('\u0000', '') ?? null,
    webhook_url,
    events,
    event_likes: events.map(likeOf),
    is_active,
    retry_failed,
    max_retries,
    rate_limit_per_minute,
  };
}

/** Says of itself that it is a test, and names no booking that could be a real one: a receiver that acts on it finds nothing to act on. */
function markedAsTest(payload: string): string {
  const body = JSON.parse(payload) as { readonly data: Readonly<Record<string, unknown>> };
  const data = 'booking_id' in body.data ? { ...body.data, booking_id: `test_${uuidv7()}` } : body.data;
  return JSON.stringify({ ...body, data, test: true });
}
