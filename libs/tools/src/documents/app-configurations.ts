import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { providerConfigs } from '@patchbay/providers';
import { databaseConfig, processConfig } from '@patchbay/service-kit';
import { repositoryRoot } from '../repository-root.js';
import { variablesOf, type EnvironmentVariable } from './environment-variables.js';

/** What one app reads from its environment. */
export interface AppConfiguration {
  readonly name: string;
  readonly readme: string;
  /** Variables that no other kind of process has. */
  readonly own: readonly EnvironmentVariable[];
  /** What it reads beside them. */
  readonly reads: readonly ('process' | 'database' | 'providers')[];
}

const apps = [
  { name: 'gateway', reads: ['process'] },
  { name: 'auth', reads: ['process', 'database', 'providers'] },
  { name: 'calendar', reads: ['process', 'database', 'providers'] },
  { name: 'video', reads: ['process', 'database', 'providers'] },
  { name: 'webhooks', reads: ['process', 'database', 'providers'] },
  { name: 'sandbox', reads: [] },
] as const;

/**
 * Reads the schema of every app. Apps are islands and export nothing, so each `*.config` file is loaded from what was built.
 *
 * @throws Error when an app's config file exports no zod object named after it.
 */
export const readAppConfigurations = (): Promise<readonly AppConfiguration[]> =>
  Promise.all(
    apps.map(async ({ name, reads }) => ({
      name,
      reads,
      readme: `apps/${name}/README.md`,
      own: variablesOf(await ownShape(name, reads.length > 0)),
    })),
  );

async function ownShape(name: string, hasPlatform: boolean): Promise<z.ZodRawShape> {
  const file = join(repositoryRoot, 'apps', name, 'dist', `${name}.config.js`);
  if (!existsSync(file)) throw new Error(`${file} is not there: run "npm run build".`);
  const exported = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  const schema = exported[`${name}Config`];
  if (!(schema instanceof z.ZodObject)) throw new Error(`apps/${name}/src/${name}.config.ts exports no zod object named ${name}Config`);
  const shape: z.ZodRawShape = schema.shape;
  const elsewhere = new Set(hasPlatform ? platformNames() : []);
  return Object.fromEntries(Object.entries(shape).filter(([variable]) => !elsewhere.has(variable)));
}

const platformNames = (): readonly string[] =>
  [processConfig.shape, databaseConfig.shape, ...providerConfigs.map(({ shape }) => shape)].flatMap((shape) => Object.keys(shape));
