import { z } from 'zod';

/** What a connection string says, as far as it is read. */
export interface ConnectionString {
  readonly account_name: string;
  readonly account_key: string;
  /** Undefined for the public cloud. */
  readonly endpoint: string | undefined;
}

/** @see https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string */
export const connectionString: z.ZodType<ConnectionString, string> = z.string().transform((text, context): ConnectionString => {
  const parts = new Map(
    text.split(';').map((part) => [part.slice(0, part.indexOf('=')).trim().toLowerCase(), part.slice(part.indexOf('=') + 1).trim()]),
  );
  const [accountName, accountKey] = [parts.get('accountname'), parts.get('accountkey')];
  if (accountName === undefined || accountKey === undefined || accountName === '' || accountKey === '') {
    context.addIssue({ code: 'custom', message: 'must have AccountName and AccountKey in it; copy it from Access keys in the Azure portal' });
    return z.NEVER;
  }
  return { account_name: accountName, account_key: accountKey, endpoint: parts.get('blobendpoint') ?? endpointOf(accountName, parts) };
});

/** Other clouds of Microsoft only have another end of the name. */
const endpointOf = (accountName: string, parts: ReadonlyMap<string, string>): string | undefined => {
  const suffix = parts.get('endpointsuffix');
  if (suffix === undefined || suffix === 'core.windows.net') return undefined;
  return `${parts.get('defaultendpointsprotocol') ?? 'https'}://${accountName}.blob.${suffix}`;
};
