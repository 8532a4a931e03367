import type { Credentials, CredentialsCapability, Outbound } from '@patchbay/capabilities';
import { z } from 'zod';
import { secretField, secretTextField, textField, urlField } from '../_kit/credential-fields.js';
import { filled, httpAddress, mayBeEmpty, withoutEmpty } from '../_kit/credential-schemas.js';
import { keyedCall, xmlFailureReader } from '../_kit/keyed-call.js';
import { withoutSlash } from '../_kit/oauth-variables.js';
import { connectionString } from './azure_blob.connection-string.js';
import { signedGet } from './azure_blob.shared-key.js';

/** Where Azure Blob Storage is and how to get there. */
export interface AzureBlobApi {
  /** In place of Microsoft's own; the account then stands in the path. */
  readonly baseUrl: string | undefined;
  readonly outbound: Outbound;
  /** The way to a store that a person named. */
  readonly userAimedOutbound: Outbound;
  readonly now: () => Date;
}

// It becomes a part of the host name. https://learn.microsoft.com/azure/storage/common/storage-account-overview#storage-account-name
const accountName = filled('the account name').regex(/^[a-z0-9]{3,24}$/, 'must be the name of a storage account: small letters and digits');
const accountKey = filled('the account key').regex(/^[A-Za-z0-9+/]+={0,2}$/, 'must be an account key: letters and digits that end with =');
const endpoint = httpAddress('the address of the store');
const container = filled('the container').regex(
  /^(\$root|[a-z0-9][a-z0-9-]{2,62})$/,
  'must be the name of a container: small letters, digits and hyphens',
);

const kept = z.strictObject({ account_name: accountName, account_key: accountKey, container, endpoint: endpoint.optional() });

const azureBlobForm: z.ZodType<Credentials> = z
  .strictObject({
    connection_string: mayBeEmpty(z.string().trim()),
    account_name: mayBeEmpty(z.string().trim()),
    account_key: mayBeEmpty(z.string().trim()),
    container,
    endpoint: mayBeEmpty(endpoint),
  })
  // Both ways to say it end in the same: a connection string is taken apart, and not kept.
  .transform((values, context): Credentials => {
    const { connection_string: whole, ...parts } = values;
    const said = whole === undefined ? undefined : connectionString.safeParse(whole);
    const merged = { ...parts, ...said?.data, container: values.container };
    const problems = said?.success === false ? said.error.issues.map(({ message }) => ({ path: ['connection_string'], message })) : undefined;
    const parsed = kept.safeParse(merged);
    const found =
      problems ?? parsed.error?.issues.map(({ path, message }) => ({ path: whole === undefined ? path : ['connection_string'], message }));
    for (const issue of found ?? []) context.addIssue({ code: 'custom', ...issue });
    return parsed.success ? withoutEmpty(parsed.data) : z.NEVER;
  });

/** A container, opened with the key of its storage account. */
export const azureBlobCredentials = (api: AzureBlobApi): CredentialsCapability => ({
  form: [
    secretTextField({
      name: 'connection_string',
      label: 'Connection string',
      help: 'From the Azure portal, Access keys. It may take the place of the account name and key.',
      isRequired: false,
    }),
    textField({ name: 'account_name', label: 'Storage account', isRequired: false }),
    secretField({ name: 'account_key', label: 'Account key', isRequired: false }),
    textField({ name: 'container', label: 'Container' }),
    urlField({ name: 'endpoint', label: 'Blob endpoint', help: 'Only for another cloud, a private endpoint or an emulator.', isRequired: false }),
  ],
  schema: azureBlobForm,
  check: async (credentials, accountId) => {
    const values = kept.parse(credentials);
    const base = baseOf(api, values);
    const { outbound } = isMicrosofts(base) || values.endpoint === undefined ? api : { outbound: api.userAimedOutbound };
    const url = new URL(`${base}/${values.container}?restype=container`);
    const request = signedGet({ url, accountName: values.account_name, accountKey: values.account_key, now: api.now() });
    const readFailure = xmlFailureReader(meanings);
    await keyedCall(
      { provider: 'azure_blob', outbound, now: api.now, readFailure },
      { operation: 'container.get', path: '/{container}', accountId, request },
    );
    return {
      id: `${values.endpoint ?? publicBase(values.account_name)}/${values.container}`,
      email: null,
      name: `${values.account_name}/${values.container}`,
    };
  },
});

const publicBase = (name: string): string => `https://${name}.blob.core.windows.net`;

const baseOf = ({ baseUrl }: AzureBlobApi, { account_name: name, endpoint: own }: z.output<typeof kept>): string => {
  if (own !== undefined) return own;
  return baseUrl === undefined ? publicBase(name) : `${withoutSlash(baseUrl)}/${name}`;
};

/** The public cloud, and those for governments and China. https://learn.microsoft.com/azure/storage/common/storage-powershell-independent-clouds */
const isMicrosofts = (base: string): boolean =>
  /^https:\/\/[a-z0-9-]+(\.[a-z0-9]+)?\.blob\.(core\.windows\.net|core\.usgovcloudapi\.net|core\.chinacloudapi\.cn)$/.test(base);

/** @see https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes */
const meanings = {
  AuthenticationFailed: 'unauthorized',
  InvalidAuthenticationInfo: 'unauthorized',
  KeyBasedAuthenticationNotPermitted: 'forbidden',
  AuthorizationFailure: 'forbidden',
  AuthorizationPermissionMismatch: 'forbidden',
  AccountIsDisabled: 'forbidden',
  ContainerNotFound: 'not_found',
  ContainerBeingDeleted: 'not_found',
  ResourceNotFound: 'not_found',
} as const;
