import { fakeWebhookSenders } from '@patchbay/providers/testing';
import { portsFromEnvironment } from './ports.js';
import { providerEnvironment } from './provider-environment.js';

describe('the environment of the providers', () => {
  it('has what each fake signs its webhooks with', () => {
    const environment = providerEnvironment(portsFromEnvironment({}));

    expect(environment).toMatchObject(Object.assign({}, ...fakeWebhookSenders.map((sender) => sender.environment)) as object);
  });
});
