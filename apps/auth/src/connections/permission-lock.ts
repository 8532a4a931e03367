import { AppError } from '@patchbay/contracts';
import type { Transaction } from '@patchbay/database';
import type { Grant } from '../tokens/grants.repository.js';

/** In order, so that two who share both do not wait for each other. */
const lockAccount = `
  SELECT pg_advisory_xact_lock(key) FROM (
    SELECT DISTINCT hashtextextended('auth.permission:' || known.word, 0) AS key FROM connections own
    CROSS JOIN LATERAL (VALUES (own.provider_account_id), (lower(own.provider_email))) AS known (word)
    WHERE own.id = $1 AND known.word IS NOT NULL ORDER BY key) AS keys`;

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const lockNotAvailable = '55P03';

/**
 * Keeps everyone else from ending another connection of the same account, by its id or its address, until the transaction ends: of two that go at
 * once the second must see that the first went, otherwise each would leave the permission at the provider to the other. Waits no longer than whoever
 * locked the grant was ready to.
 *
 * @throws AppError `provider_unavailable` when another one holds it for too long.
 */
export async function lockPermission(tx: Transaction, { connectionId, provider }: Pick<Grant, 'connectionId' | 'provider'>): Promise<void> {
  try {
    await tx.query(lockAccount, [connectionId]);
  } catch (error) {
    const { driverError } = error as { readonly driverError?: { readonly code?: unknown } };
    if (driverError?.code !== lockNotAvailable) throw error;
    throw new AppError('provider_unavailable', { provider }, { cause: error });
  }
}
