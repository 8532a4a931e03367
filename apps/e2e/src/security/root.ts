import { fileURLToPath } from 'node:url';

/** The root of the checkout, from the sources as from what is built of them. */
export const root = fileURLToPath(new URL('../../../../', import.meta.url));
