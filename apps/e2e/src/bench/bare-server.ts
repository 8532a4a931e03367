import 'reflect-metadata';
import { Controller, Get, Inject, Module, NotFoundException, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm';

/**
 * What Patchbay is compared with: the same row read by the same query, in one process, without authentication and without a bus.
 * Run as its own process: `bare-server.js <pg | typeorm> <database url> <port>`.
 */
const POOL = Symbol('POOL');
const SOURCE = Symbol('SOURCE');

const query = {
  name: 'find-account',
  text: `
    SELECT id, tenant_id, user_id, provider, provider_email, status, is_active, last_error, created_at, updated_at, calendar_id, sync_enabled,
      sync_interval_minutes, conflict_policy, coalesce((
        SELECT json_agg(json_build_object(
          'id', remote_id, 'name', name, 'time_zone', time_zone, 'is_primary', is_primary, 'is_writable', is_writable, 'is_selected', is_selected,
          'conflict_policy', conflict_policy, 'sync_enabled', sync_enabled, 'generation', generation, 'synced_at', synced_at,
          'window_from', window_from, 'window_to', window_to, 'error_count', error_count, 'last_error', last_error)
          ORDER BY is_primary DESC, name, remote_id)
        FROM calendars WHERE account_id = accounts.id), '[]') AS connected_calendars
    FROM accounts WHERE tenant_id = $1 AND user_id = $2 AND status <> 'disconnected' AND id = $3`,
};

@Entity({ name: 'accounts', schema: 'calendar' })
class Account {
  @PrimaryColumn('uuid')
  id!: string;
  @Column('text')
  tenant_id!: string;
  @Column('uuid')
  user_id!: string;
  @Column('text')
  provider!: string;
  @Column('text', { nullable: true })
  provider_email!: string | null;
  @Column('text')
  status!: string;
  @Column('boolean')
  is_active!: boolean;
  @Column('text', { nullable: true })
  calendar_id!: string | null;
  @Column('jsonb')
  calendars!: unknown;
  @Column('text', { nullable: true })
  last_error!: string | null;
  @Column('timestamptz')
  created_at!: Date;
  @Column('timestamptz')
  updated_at!: Date;
}

@Controller('accounts')
class PgController {
  constructor(@Inject(POOL) private readonly pool: pg.Pool) {}

  @Get(':user/:id')
  async find(@Param('user') user: string, @Param('id') id: string): Promise<object> {
    const { rows } = await this.pool.query<object>({ ...query, values: ['default', user, id] });
    if (rows[0] === undefined) throw new NotFoundException();
    return rows[0];
  }
}

@Controller('accounts')
class TypeOrmController {
  constructor(@Inject(SOURCE) private readonly source: DataSource) {}

  @Get(':user/:id')
  async find(@Param('user') user_id: string, @Param('id') id: string): Promise<object> {
    const account = await this.source.getRepository(Account).findOneBy({ tenant_id: 'default', user_id, id });
    if (account === null) throw new NotFoundException();
    return account;
  }
}

const [kind, url = '', port = '0'] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 20, options: '-c search_path=calendar' });
const source = new DataSource({ type: 'postgres', url, entities: [Account], poolSize: 20 });
if (kind === 'typeorm') await source.initialize();

@Module({
  controllers: [kind === 'typeorm' ? TypeOrmController : PgController],
  providers: [
    { provide: POOL, useValue: pool },
    { provide: SOURCE, useValue: source },
  ],
})
class BareModule {}

const app = await NestFactory.create<NestFastifyApplication>(BareModule, new FastifyAdapter(), { logger: false });
await app.listen(Number(port), '127.0.0.1');
