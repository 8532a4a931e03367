import { v5 as uuidv5, validate } from 'uuid';

/** Fixed for ever: another one would make every user of a host product a stranger to what is theirs. */
const namespace = '5f1c3f3e-8f0e-5a53-9a3e-2c1d6b7e4a90';

/** The id here of a user of a host product: their id there when it is a UUID, else one that follows from issuer and id (RFC 9562 section 5.5). */
export function hostUserId({ issuer, subject }: { readonly issuer: string; readonly subject: string }): string {
  return validate(subject) ? subject.toLowerCase() : uuidv5(JSON.stringify([issuer, subject]), namespace);
}
