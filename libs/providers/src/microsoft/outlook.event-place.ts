import type { AccessToken } from '@patchbay/capabilities';
import type { ProviderHttp } from '../_kit/provider-http.js';

/** A calendar, and the way to it. */
export interface CalendarPlace {
  readonly http: ProviderHttp;
  readonly token: AccessToken;
  readonly calendarId: string;
  readonly now: () => Date;
}

/** A calendar whose events are written several at once. */
export interface EventPlace extends CalendarPlace {
  /** `http` for calls that may go together. */
  readonly together: ProviderHttp;
}
