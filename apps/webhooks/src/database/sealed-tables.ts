import type { SealedTable } from '@patchbay/service-kit';
import { endpointPlaceOf } from '../endpoints/endpoint-secrets.js';

/** What a rotation of the master keys seals anew. */
export const sealedTables: readonly SealedTable[] = [
  {
    table: 'endpoints',
    key: { column: 'id', type: 'uuid' },
    columns: (['secret', 'headers', 'previous'] as const).map((kind) => ({
      column: `${kind}_sealed`,
      placeOf: ({ key, tenantId }) => endpointPlaceOf(kind, { id: key, tenant_id: tenantId }),
    })),
  },
];
