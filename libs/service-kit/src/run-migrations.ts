import { migrateDatabase, pendingMigrations } from '@patchbay/database';
import { ConfigError, databaseConfig, readVariables } from './load-config.js';
import { createLogger } from './logger.js';
import { migrationsOf, type ServiceDefinition } from './service-definition.js';

/** What a service's program is started with to change its schema and end, instead of serving. */
const migrateFlag = '--migrate';
/** The same, but only says what it would do. */
const dryRunFlag = '--migrate=dry-run';

/** Whether this process was started for migrations only. */
export const isMigrationRun = (argv: readonly string[] = process.argv): boolean => argv.includes(migrateFlag) || argv.includes(dryRunFlag);

/**
 * Brings the schema of a service up to date and ends. Needs DATABASE_URL and nothing else, and writes one line of JSON for each migration:
 * `{ service, migration, status }`, where `status` is `applied` or `pending`.
 */
export async function runMigrations(definition: ServiceDefinition, argv: readonly string[] = process.argv): Promise<void> {
  const { name } = definition;
  const isDryRun = argv.includes(dryRunFlag);
  try {
    const { DATABASE_URL: url } = readVariables(databaseConfig.pick({ DATABASE_URL: true }));
    // Rows of the log go elsewhere: standard output is for whoever reads the result.
    const options = { url, schema: name, migrations: migrationsOf(definition), log: createLogger(name, 'silent') };
    const names = isDryRun ? await pendingMigrations(options) : await migrateDatabase(options);
    const status = isDryRun ? 'pending' : 'applied';
    for (const migration of names) process.stdout.write(`${JSON.stringify({ service: name, migration, status })}\n`);
    process.exit(0);
  } catch (error) {
    const reason = error instanceof ConfigError ? error.message : `The schema could not be changed: ${wordOf(error)}`;
    process.stderr.write(`patchbay ${name}: ${reason}\n`);
    process.exit(1);
  }
}

/** Messages of PostgreSQL name tables and columns, never values of rows; connection failures name host and port. */
const wordOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown failure');
