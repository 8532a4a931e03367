import type { SealedTable } from '@patchbay/service-kit';
import { flowPlaceOf } from '../oauth/oauth-flows.repository.js';
import { signingKeyPlaceOf } from '../signing-keys/signing-key-pairs.js';
import { grantPlaceOf } from '../tokens/grants.repository.js';

/** The few first: what signs everybody's access tokens is under the new key soon. */
export const sealedTables: readonly SealedTable[] = [
  {
    table: 'signing_keys',
    key: { column: 'kid', type: 'text' },
    columns: [{ column: 'sealed_private_jwk', placeOf: ({ key }) => signingKeyPlaceOf(key) }],
  },
  {
    table: 'oauth_flows',
    key: { column: 'state_hash', type: 'bytea' },
    columns: [{ column: 'sealed_verifier', placeOf: ({ key }) => flowPlaceOf(Buffer.from(key.slice('\\x'.length), 'hex')) }],
  },
  {
    table: 'grants',
    key: { column: 'connection_id', type: 'uuid' },
    columns: (['access', 'refresh', 'credentials'] as const).map((kind) => ({
      column: kind === 'credentials' ? 'sealed_credentials' : `sealed_${kind}_token`,
      placeOf: ({ key, tenantId }) => grantPlaceOf({ connectionId: key, tenantId }, kind),
    })),
  },
];
