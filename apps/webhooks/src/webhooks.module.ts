import { Module } from '@nestjs/common';
import { Database } from '@patchbay/database';
import { EgressGuard } from '@patchbay/egress';
import { LOG, SERVICE_CONFIG, type Logger } from '@patchbay/service-kit';
import { ActivitiesRepository } from './activity/activities.repository.js';
import { ActivityController } from './activity/activity.controller.js';
import { ActivityService } from './activity/activity.service.js';
import { DeliveriesController } from './deliveries/deliveries.controller.js';
import { DeliveriesRepository } from './deliveries/deliveries.repository.js';
import { DeliveriesService } from './deliveries/deliveries.service.js';
import { DeliveryLogRepository } from './deliveries/delivery-log.repository.js';
import { DeliveryDispatcher } from './deliveries/delivery-dispatcher.js';
import { DeliveryLoop } from './deliveries/delivery-loop.js';
import { DeliveryRateLeases } from './deliveries/delivery-rate-leases.js';
import { DeliveryRateRepository } from './deliveries/delivery-rate.repository.js';
import { OutcomeRecorder } from './deliveries/outcome-recorder.js';
import { WebhookSender } from './deliveries/webhook-sender.js';
import { EndpointDisabler } from './endpoints/endpoint-disabler.js';
import { EndpointSecrets } from './endpoints/endpoint-secrets.js';
import { EndpointTargets } from './endpoints/endpoint-targets.js';
import { EndpointsController } from './endpoints/endpoints.controller.js';
import { EndpointsRepository } from './endpoints/endpoints.repository.js';
import { EndpointsService } from './endpoints/endpoints.service.js';
import { EventStore } from './events/event-store.js';
import { EventsController } from './events/events.controller.js';
import { EventsRepository } from './events/events.repository.js';
import { EventsService } from './events/events.service.js';
import { INBOUND_PROVIDERS, inboundProviders } from './ingress/inbound-providers.js';
import { IngressController } from './ingress/ingress.controller.js';
import { IngressService } from './ingress/ingress.service.js';
import { ReceivedWebhooksRepository } from './ingress/received-webhooks.repository.js';
import { ReceivedWebhooksService } from './ingress/received-webhooks.service.js';
import { ReplayJobsRepository } from './replays/replay-jobs.repository.js';
import { ReplayWorker } from './replays/replay-worker.js';
import { ReplaysController } from './replays/replays.controller.js';
import { ReplaysService } from './replays/replays.service.js';
import { Retention } from './retention/retention.js';
import { AttemptCounter } from './statistics/attempt-counter.js';
import { StatisticsController } from './statistics/statistics.controller.js';
import { StatisticsRepository } from './statistics/statistics.repository.js';
import { StatisticsService } from './statistics/statistics.service.js';
import type { WebhooksConfig } from './webhooks.config.js';

const egressGuard = {
  provide: EgressGuard,
  inject: [SERVICE_CONFIG],
  useFactory: ({ NODE_ENV, PUBLIC_BASE_URL, WEBHOOKS_EGRESS_ALLOW }: WebhooksConfig) =>
    new EgressGuard({ allow: WEBHOOKS_EGRESS_ALLOW, httpsOnly: NODE_ENV === 'production', ownUrl: PUBLIC_BASE_URL }),
};

const rateLeases = {
  provide: DeliveryRateLeases,
  inject: [DeliveryRateRepository, LOG],
  useFactory: (repository: DeliveryRateRepository, log: Logger) =>
    new DeliveryRateLeases(repository, (error) => log.warn({ err: error }, 'endpoints with a rate wait for the database')),
};

@Module({
  controllers: [
    EventsController,
    EndpointsController,
    DeliveriesController,
    ReplaysController,
    StatisticsController,
    ActivityController,
    IngressController,
  ],
  providers: [
    egressGuard,
    EventsService,
    EventStore,
    EventsRepository,
    EndpointsService,
    EndpointsRepository,
    EndpointSecrets,
    EndpointTargets,
    EndpointDisabler,
    DeliveriesService,
    DeliveriesRepository,
    DeliveryLogRepository,
    StatisticsService,
    StatisticsRepository,
    AttemptCounter,
    ReplaysService,
    ReplayJobsRepository,
    ReplayWorker,
    DeliveryRateRepository,
    rateLeases,
    DeliveryDispatcher,
    DeliveryLoop,
    OutcomeRecorder,
    WebhookSender,
    ActivityService,
    ActivitiesRepository,
    { provide: INBOUND_PROVIDERS, inject: [SERVICE_CONFIG, Database, LOG], useFactory: inboundProviders },
    IngressService,
    ReceivedWebhooksService,
    ReceivedWebhooksRepository,
    Retention,
  ],
})
export class WebhooksModule {}
