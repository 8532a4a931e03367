import { join } from 'node:path';

/** The folder that holds `apps` and `libs`: three above this file, in `src` as in `dist`. */
export const repositoryRoot = join(import.meta.dirname, '..', '..', '..');
