import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';

/**
 * The key file of a service account, as far as it is read. Its `token_uri` is not: whoever fills in a form must not choose where we send things.
 * https://cloud.google.com/iam/docs/keys-create-delete
 */
const serviceAccount = z.object({
  type: z.literal('service_account'),
  client_email: z.email(),
  private_key_id: z.string().min(1),
  private_key: z.string().refine(isPrivateKey),
});

/** The parts of a key file that prove who one is. */
export type ServiceAccount = z.output<typeof serviceAccount>;

/** Reads a key file; undefined for anything else. */
export const readServiceAccount = (text: string): ServiceAccount | undefined => {
  try {
    return serviceAccount.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

function isPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}
