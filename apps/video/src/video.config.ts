import { withProviders } from '@patchbay/providers';
import { z } from 'zod';

/** The service has no variables of its own: those of the providers. */
export const videoConfig = withProviders(z.object({}));
