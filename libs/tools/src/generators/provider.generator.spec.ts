import { compilerFaults, treeWith } from '../testing/repository-tree.js';
import { providerGenerator } from './provider.generator.js';

const registry = 'libs/providers/src/registry.ts';

describe('nx g tools:provider', () => {
  it('writes one folder and one line in the registry, and it compiles', async () => {
    const tree = treeWith([registry]);

    await providerGenerator(tree, { name: 'drop-box', capabilities: ['oauth', 'identity', 'calendar', 'video'] });

    const text = tree.read(registry, 'utf-8');
    expect(text).toContain("import { dropBox } from './drop-box/drop-box.provider.js';");
    expect(text).toMatch(/\n {2}zoom,\n {2}dropBox,\n\] as const/);
    expect(tree.children('libs/providers/src/drop-box').sort()).toEqual([
      'drop-box.calendar.ts',
      'drop-box.fake.ts',
      'drop-box.http.ts',
      'drop-box.identity.ts',
      'drop-box.oauth.ts',
      'drop-box.provider.ts',
      'drop-box.spec.ts',
      'drop-box.video.ts',
      'icon.svg',
      'setup.md',
    ]);
    expect(compilerFaults(tree)).toEqual([]);
  }, 60_000);

  it('does not touch a provider that is there', async () => {
    const tree = treeWith([registry]);
    tree.write('libs/providers/src/zoom/zoom.provider.ts', 'mine');

    await expect(providerGenerator(tree, { name: 'zoom', capabilities: ['oauth'] })).rejects.toThrow('is there already');

    expect(tree.read('libs/providers/src/zoom/zoom.provider.ts', 'utf-8')).toBe('mine');
  });
});
