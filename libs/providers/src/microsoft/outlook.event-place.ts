import type { AccessToken } from '@patchbay/capabilities';
import type { ProviderHttp } from '../_kit/provider-http.js';

/** A calendar, and the way to it. */
export interface EventPlace {
  readonly http: ProviderHttp;
  /** The same for calls that may go together. */
  readonly together: ProviderHttp;
  readonly token: AccessToken;
  readonly calendarId: string;
  readonly now: () => Date;
}
