import { portsFromEnvironment, providerEnvironment } from '@patchbay/local-stack';
import { fakeWebhookSenders } from '@patchbay/providers/testing';

describe('the local stack', () => {
  it('gives the services what each fake signs its webhooks with', () => {
    const environment = providerEnvironment(portsFromEnvironment({}));

    expect(environment).toMatchObject(Object.assign({}, ...fakeWebhookSenders.map((sender) => sender.environment)) as object);
  });
});
