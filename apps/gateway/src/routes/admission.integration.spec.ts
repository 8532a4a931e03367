import { routeCatalog } from '@patchbay/contracts';
import { ada } from '../testing/fake-services.js';
import { startGatewayStack, type GatewayStack } from '../testing/gateway-stack.js';

const areas = ['dead-letters', 'key-rotations', 'signing-keys', 'doctor', 'received-webhooks'];
const routes = areas.map((area) => [area, routeCatalog.filter(({ path }) => path.startsWith(`/api/v1/admin/${area}`))] as const);

describe('what concerns every tenant at once', () => {
  let stack: GatewayStack;

  beforeAll(async () => {
    stack = await startGatewayStack();
  });
  afterAll(() => stack.stop());

  it.each(routes)('is for the admins of the installation, not for those of one tenant (%s)', async (_, paths) => {
    const [foreign, own] = await Promise.all(['acme', 'default'].map((tenant) => stack.services.token({ role: 'admin', tenant_id: tenant })));
    const answers = async (bearer = '') => {
      const called = paths.map(({ method, path }) => stack.call(method, path.replace(':id', ada), { bearer }));
      return (await Promise.all(called)).map(({ status }) => status);
    };

    expect(paths.length).toBeGreaterThan(0);
    expect(await answers(foreign)).toEqual(paths.map(() => 403));
    expect(await answers(own)).not.toContain(403);
  });
});
