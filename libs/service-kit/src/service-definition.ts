import type { Type } from '@nestjs/common';
import type { ConsumingService } from '@patchbay/contracts';
import { CreateKeyRotations1763700000002 } from '@patchbay/database';
import type { z } from 'zod';
import type { SealedTable } from './key-rotation/sealed-table.js';

/** What makes one service differ from another. */
export interface ServiceDefinition {
  readonly name: ConsumingService;
  readonly module: Type;
  readonly config: z.ZodObject;
  readonly entities: readonly (new () => object)[];
  readonly migrations: readonly (new () => object)[];
  /** Every table with sealed values, in the order in which a key rotation goes through them. Needs TOKEN_MASTER_KEYS in the configuration. */
  readonly sealedTables?: readonly SealedTable[];
}

/** All that a service's schema is made of, beside the tables that every service has. */
export const migrationsOf = ({ migrations, sealedTables }: Pick<ServiceDefinition, 'migrations' | 'sealedTables'>): (new () => object)[] =>
  sealedTables === undefined ? [...migrations] : [CreateKeyRotations1763700000002, ...migrations];
