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

const examples = `(
  SELECT json_agg(json_build_object('title', title, 'start', start, 'fault', fault)) FROM (
    SELECT title, start, fault FROM calendar_faults AS found WHERE found.calendar_id = calendar.id AND found.generation = calendar.generation
    ORDER BY kind, name LIMIT 5) AS first)`;

const channel = `(
  SELECT channel.state FROM push_channels AS channel WHERE channel.calendar_id = calendar.id AND channel.state <> 'closing'
  ORDER BY channel.state = 'active' DESC LIMIT 1)`;

const defaultOfUser = `(
  SELECT other.id FROM accounts AS other
  WHERE other.tenant_id = accounts.tenant_id AND other.user_id = accounts.user_id AND other.status <> 'disconnected' AND other.is_active
    AND other.calendar_id IS NOT NULL
  ORDER BY other.is_default DESC, other.created_at, other.id LIMIT 1)`;

const accountsWithCalendars = `
  SELECT id, tenant_id, user_id, provider, provider_email, status, is_active, last_error, created_at, updated_at, calendar_id, sync_enabled,
    coalesce(id = ${defaultOfUser}, false) AS is_default,
    sync_interval_minutes, time_zone, conflict_policy, booking_change_policy, coalesce((
      SELECT json_agg(json_build_object(
        'id', calendar.remote_id, 'name', calendar.name, 'time_zone', calendar.time_zone, 'is_primary', calendar.is_primary,
        'is_writable', calendar.is_writable, 'is_selected', calendar.is_selected, 'conflict_policy', calendar.conflict_policy,
        'sync_enabled', calendar.sync_enabled, 'generation', calendar.generation, 'synced_at', calendar.synced_at,
        'window_from', calendar.window_from, 'window_to', calendar.window_to, 'error_count', calendar.error_count,
        'last_error', calendar.last_error, 'channel', ${channel}, 'unreadable_events', calendar.unreadable_events,
        'unreadable_examples', CASE WHEN calendar.unreadable_events > 0 THEN ${examples} END) ORDER BY calendar.is_primary DESC, calendar.name, calendar.remote_id)
      FROM calendars AS calendar WHERE calendar.account_id = accounts.id), '[]') AS connected_calendars
  FROM accounts WHERE tenant_id = $1 AND user_id = $2 AND status <> 'disconnected'`;

const query = { name: 'find-account-with-calendars', text: `${accountsWithCalendars} AND id = $3` };

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
  @Column('boolean')
  sync_enabled!: boolean;
  @Column('integer')
  sync_interval_minutes!: number;
  @Column('text')
  conflict_policy!: string;
  @Column('text', { nullable: true })
  time_zone!: string | null;
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
