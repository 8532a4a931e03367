import { compilerFaults, treeWith } from '../testing/repository-tree.js';
import { providerGenerator } from './provider.generator.js';

const registry = 'libs/providers/src/registry.ts';

describe('nx g tools:provider', () => {
  it('writes one folder and one line in the registry, and it compiles', async () => {
    const tree = treeWith([registry]);

    const calendars = ['calendar', 'calendarReading', 'calendarEvents', 'calendarSharing'] as const;
    await providerGenerator(tree, { name: 'drop_box', capabilities: ['oauth', 'identity', 'revocation', ...calendars, 'video'] });

    const text = tree.read(registry, 'utf-8');
    expect(text).toContain("import { dropBox } from './drop_box/drop_box.provider.js';");
    expect(text).toMatch(/\n {2}\w+,\n {2}dropBox,\n\] as const/);
    expect(tree.children('libs/providers/src/drop_box').sort()).toEqual([
      'drop_box.calendar-events.ts',
      'drop_box.calendar-reading.ts',
      'drop_box.calendar-sharing.ts',
      'drop_box.calendar.ts',
      'drop_box.fake.ts',
      'drop_box.http.ts',
      'drop_box.identity.ts',
      'drop_box.oauth.ts',
      'drop_box.provider.ts',
      'drop_box.revocation.ts',
      'drop_box.spec.ts',
      'drop_box.video.ts',
      'icon.svg',
      'setup.md',
    ]);
    expect(compilerFaults(tree)).toEqual([]);
  }, 60_000);

  it('writes a provider that is connected with a key, and it compiles', async () => {
    const tree = treeWith([registry]);

    await providerGenerator(tree, { name: 'paybox', capabilities: ['credentials'], types: ['payments'] });

    const manifest = tree.read('libs/providers/src/paybox/paybox.provider.ts', 'utf-8');
    expect(manifest).toContain("types: ['payments'],");
    expect(manifest).toContain('credentials: [],');
    expect(tree.exists('libs/providers/src/paybox/paybox.credentials.ts')).toBe(true);
    expect(compilerFaults(tree)).toEqual([]);
  }, 60_000);

  it.each([[['identity']], [['oauth', 'credentials']]] as const)(
    'asks for one way to connect an account, and finds %j wrong',
    async (capabilities) => {
      const tree = treeWith([registry]);

      await expect(providerGenerator(tree, { name: 'paybox', capabilities })).rejects.toThrow('either with oauth or with credentials');

      expect(tree.exists('libs/providers/src/paybox')).toBe(false);
    },
  );

  it('asks for the events of a calendar where bookings are written', async () => {
    const tree = treeWith([registry]);

    await expect(providerGenerator(tree, { name: 'drop_box', capabilities: ['oauth', 'calendar'] })).rejects.toThrow('name calendarEvents, too');
  });

  it('does not touch a provider that is there', async () => {
    const tree = treeWith([registry]);
    tree.write('libs/providers/src/zoom/zoom.provider.ts', 'mine');

    await expect(providerGenerator(tree, { name: 'zoom', capabilities: ['oauth'] })).rejects.toThrow('is there already');

    expect(tree.read('libs/providers/src/zoom/zoom.provider.ts', 'utf-8')).toBe('mine');
  });
});
