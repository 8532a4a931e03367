import type { AccessToken } from './access-token.js';

/** A meeting as it shall be. */
export interface MeetingPlan {
  /** A UUID of our choosing, kept with the meeting so that {@link VideoCapability.findMeeting} can find it. */
  readonly key: string;
  readonly title: string;
  readonly description?: string | undefined;
  /** RFC 3339 with an offset. */
  readonly startTime: string;
  readonly endTime: string;
  /** IANA name. */
  readonly timeZone: string;
}

/** A meeting at the provider. */
export interface Meeting {
  readonly id: string;
  /** For everyone who is invited. */
  readonly joinUrl: string;
}

/**
 * Makes, moves and removes meetings of one account.
 *
 * Every method throws {@link ProviderError}: `unauthorized` when the token is refused, `rate_limited` and `unavailable` when trying later may help.
 */
export interface VideoCapability {
  /**
   * The meeting that was made with this key, or null. Ask before creating again when an earlier attempt ended in `outcomeUnknown`
   * or in a crash: the provider may have made the meeting and lost only its answer.
   *
   * @param startTime when the meeting was to start at the attempt; providers that can search by time need it.
   */
  findMeeting(token: AccessToken, key: string, startTime: string): Promise<Meeting | null>;

  /**
   * Makes a meeting. **Not idempotent**: twice the same key is two meetings, and the call is sent once, whatever happens.
   *
   * @throws ProviderError with `outcomeUnknown` when the meeting may exist nevertheless.
   */
  createMeeting(token: AccessToken, plan: MeetingPlan): Promise<Meeting>;

  /**
   * Brings a meeting to the wanted state. Its link stays as it was. May be repeated.
   *
   * @throws ProviderError `not_found` when the meeting is gone.
   */
  updateMeeting(token: AccessToken, meetingId: string, plan: MeetingPlan): Promise<void>;

  /** Removes a meeting. Already gone is success. */
  deleteMeeting(token: AccessToken, meetingId: string): Promise<void>;
}
