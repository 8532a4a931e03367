import { z } from 'zod';
import { fernetKeyBytes } from './fernet.js';

const pattern = /^[\w-]+={0,2}$/;

/** Fernet keys as Python's `Fernet.generate_key()` writes them, separated by commas. */
export const fernetKeys = z
  .string()
  .transform((text) => text.split(',').map((key) => key.trim()))
  .refine(
    (keys) => keys.every((key) => pattern.test(key) && Buffer.from(key, 'base64url').length === fernetKeyBytes),
    'must be 32 bytes of url-safe base64; several are separated by commas',
  )
  .transform((keys) => keys.map((key) => Buffer.from(key, 'base64url')))
  .optional()
  .describe('Fernet key of another system whose tokens are imported; several are separated by commas. Nothing is ever sealed under it.');
