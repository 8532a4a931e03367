import { randomUUID } from 'node:crypto';
import { testServerUrls } from '@patchbay/local-stack';
import pg from 'pg';

/** An empty database that belongs to one spec. */
export interface TestDatabase {
  readonly url: string;
  /** Deletes it, also when somebody is still connected. */
  readonly drop: () => Promise<void>;
}

/** Makes an empty database on the test run's PostgreSQL, so that specs which run in parallel cannot see each other's rows. */
export async function createDatabase(): Promise<TestDatabase> {
  const { adminDatabaseUrl } = testServerUrls();
  const name = `spec_${randomUUID().replaceAll('-', '')}`;
  await execute(adminDatabaseUrl, `create database ${name}`);
  const url = new URL(adminDatabaseUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => execute(adminDatabaseUrl, `drop database if exists ${name} with (force)`) };
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
