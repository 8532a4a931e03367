import { randomBytes } from 'node:crypto';

/** What the vault of an earlier installation was sealed under. */
export const earlierKey = { id: 'before', key: randomBytes(32) };

/** The stack is started with these: what it writes is sealed under the first. */
export const masterKeys = [{ id: 'after', key: randomBytes(32) }, earlierKey].map(({ id, key }) => `${id}:${key.toString('base64')}`).join(',');
