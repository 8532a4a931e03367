import { compilerFaults, treeWith } from '../testing/repository-tree.js';
import { serviceGenerator } from './service.generator.js';

const edited = [
  'apps/calendar/package.json',
  'libs/contracts/src/definitions/define-event.ts',
  'libs/contracts/src/operations/operations.requests.ts',
  'libs/local-stack/src/ports.ts',
  'libs/local-stack/src/services.ts',
  'libs/tools/src/documents/app-configurations.ts',
];

describe('nx g tools:service', () => {
  it('writes an app that compiles and has its place in the local stack', async () => {
    const tree = treeWith(edited);

    await serviceGenerator(tree, { name: 'ledger' });

    expect(tree.children('apps/ledger/src').sort()).toEqual(['ledger.config.ts', 'ledger.module.ts', 'ledger.service-definition.ts', 'main.ts']);
    expect(tree.read('libs/local-stack/src/services.ts', 'utf-8')).toContain("ledger: 'ledgerHealth'");
    expect(tree.read('libs/contracts/src/operations/operations.requests.ts', 'utf-8')).toMatch(/consumingServices = \[.*'ledger'\]/);
    expect(compilerFaults(tree)).toEqual([]);
  }, 60_000);

  it('gives it a port of its own', async () => {
    const tree = treeWith(edited);

    await serviceGenerator(tree, { name: 'ledger' });

    const ports = [...(tree.read('libs/local-stack/src/ports.ts', 'utf-8') ?? '').matchAll(/^ {2}\w+: (\d+),$/gm)].map(([, port]) => port);
    expect(ports.length).toBeGreaterThan(5);
    expect(new Set(ports).size).toBe(ports.length);
  });
});
