import type { AppConfiguration } from './app-configurations.js';
import { environmentExample, withConfigurationSection } from './configuration-documents.js';

const variable = (name: string) => ({ name, description: `About ${name}.`, isRequired: false, fallback: '7' });
const app: AppConfiguration = { name: 'calendar', readme: 'apps/calendar/README.md', own: [variable('GRACE')], reads: ['process', 'database'] };

describe('the configuration section of a README', () => {
  it('replaces what stood below the heading, and nothing else', () => {
    const { content } = withConfigurationSection(app, '# Calendar\n\n## Configuration\n\nWritten by hand.\n\n## After\n\nStays.\n');

    expect(content).toContain('| `GRACE` | `7` | About GRACE. |');
    expect(content).toContain('## After\n\nStays.');
    expect(content).not.toContain('Written by hand.');
  });

  it('is added where there is none', () => {
    expect(withConfigurationSection(app, '# Calendar\n').content).toMatch(/^# Calendar\n\n## Configuration\n/);
  });

  it('is the same when it is written twice', () => {
    const once = withConfigurationSection(app, '# Calendar\n\n## Configuration\n').content;

    expect(withConfigurationSection(app, once).content.trimEnd()).toBe(once.trimEnd());
  });
});

describe('.env.example', () => {
  it('names a variable that two services read once', () => {
    const video: AppConfiguration = { ...app, name: 'video', own: [variable('GRACE'), variable('LIMIT')] };
    const { content } = environmentExample([app, video]);

    expect(content.match(/^# GRACE=7$/gm)).toHaveLength(1);
    expect(content).toContain('## calendar, video\n');
    expect(content).toContain('## video\n\n# About LIMIT.\n# LIMIT=7');
  });

  it('names a variable that two providers of a family read once', () => {
    expect(environmentExample([]).content.match(/^# GOOGLE_API_BASE_URL=/gm)).toHaveLength(1);
  });

  it('leaves out the # before what must be set', () => {
    const { content } = environmentExample([]);

    expect(content).toMatch(/^NATS_URL=$/m);
    expect(content).toMatch(/^# LOG_LEVEL=info$/m);
  });
});
