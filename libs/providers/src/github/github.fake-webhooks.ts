import { createHash, createHmac } from 'node:crypto';
import { fakePerson } from '../_kit/fake-connection.js';
import type { FakeWebhookSender } from '../_kit/fake-webhooks.js';
import { githubUserIdOf } from './github.fake-answers.js';

const secret = 'sandbox-github-webhook-secret';

/** GitHub as the sender of webhooks: of an app, and of a repository. */
export const githubFakeWebhooks: FakeWebhookSender = {
  provider: 'github',
  environment: { GITHUB_WEBHOOK_SECRET: secret },
  types: ['github_app_authorization.revoked', 'installation.created', 'installation.deleted', 'push', 'issues.opened'],
  signsTime: false,
  sign: (type, { variant, id, body: given }) => {
    const [event = type, action] = type.split('.');
    const body = given ?? Buffer.from(JSON.stringify({ ...(action !== undefined && { action }), ...detailsOf(event), sender }));
    const signature = createHmac('sha256', variant === 'wrong_signature' ? `${secret}x` : secret)
      .update(body)
      .digest('hex');
    return {
      method: 'POST',
      path: '',
      query: {},
      headers: {
        'content-type': 'application/json',
        'user-agent': 'GitHub-Hookshot/044aadd',
        'x-github-event': event,
        'x-github-delivery': guidOf(id),
        'x-github-hook-id': '292430182',
        'x-github-hook-installation-target-type': 'integration',
        ...(variant !== 'unsigned' && { 'x-hub-signature-256': `sha256=${signature}` }),
      },
      body: variant === 'tampered' ? Buffer.concat([body, Buffer.from(' ')]) : body,
    };
  },
};

/** A person of the sandbox: what ends a permission ends hers. */
const sender = { login: 'olivia-organiser', id: githubUserIdOf(fakePerson), type: 'User', site_admin: false };

const repository = {
  id: 35_129_377,
  node_id: 'MDEwOlJlcG9zaXRvcnkzNTEyOTM3Nw==',
  name: 'hello-world',
  full_name: 'olivia-organiser/hello-world',
  private: false,
};

const detailsOf = (event: string): object => {
  // Only here the installation is told with its account.
  if (event === 'installation') return { installation: { id: 957_387, account: sender, target_type: 'User' }, repositories: [] };
  if (event === 'github_app_authorization') return {};
  if (event === 'push') return { ref: 'refs/heads/main', before: '0'.repeat(40), after: 'a'.repeat(40), repository };
  return { repository, installation: { id: 957_387 } };
};

const guidOf = (id: string): string =>
  createHash('sha256')
    .update(id)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
