import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format, getFileInfo, resolveConfig } from 'prettier';
import { asyncApiDocument } from './documents/asyncapi-document.js';
import { environmentExample, withConfigurationSection } from './documents/configuration-documents.js';
import { errorsDocument } from './documents/errors-document.js';
import { eventsDocument } from './documents/events-document.js';
import { eventLockFile } from './documents/event-lock-file.js';
import type { GeneratedFile } from './documents/generated-file.js';
import { providersDocument } from './documents/providers-document.js';
import { readAppConfigurations } from './documents/app-configurations.js';
import { repositoryRoot } from './repository-root.js';

/** Every file that is made from the code, formatted as Prettier wants it. */
async function generatedFiles(): Promise<readonly GeneratedFile[]> {
  const apps = await readAppConfigurations();
  const readmes = apps.map((app) => withConfigurationSection(app, readIfThere(join(repositoryRoot, app.readme)) ?? `# ${app.name}\n`));
  const files = [eventsDocument(), asyncApiDocument(), errorsDocument(), providersDocument(), environmentExample(apps), eventLockFile(), ...readmes];
  return Promise.all(files.map(formatted));
}

async function formatted({ path, content }: GeneratedFile): Promise<GeneratedFile> {
  const filepath = join(repositoryRoot, path);
  const { ignored, inferredParser } = await getFileInfo(filepath, { ignorePath: join(repositoryRoot, '.prettierignore') });
  if (ignored || inferredParser === null) return { path, content };
  return { path, content: await format(content, { ...(await resolveConfig(filepath)), filepath }) };
}

const readIfThere = (file: string): string | undefined => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);
const isFresh = ({ path, content }: GeneratedFile): boolean => readIfThere(join(repositoryRoot, path)) === content;

const stale = (await generatedFiles()).filter((file) => !isFresh(file));
const isCheck = process.argv.includes('--check');
for (const { path, content } of stale) {
  console.log(isCheck ? `${path} is stale: run "npm run generate" and commit what it writes.` : `${path} written`);
  if (isCheck) continue;
  mkdirSync(dirname(join(repositoryRoot, path)), { recursive: true });
  writeFileSync(join(repositoryRoot, path), content);
}
if (isCheck && stale.length > 0) process.exitCode = 1;
if (stale.length === 0) console.log('Every generated file is fresh.');
