import type { ReadingWindow } from '@patchbay/capabilities';

const dayMs = 24 * 60 * 60_000;
const minuteMs = 60_000;
/** An account's own errors are tried again slower than outages: five of them switch it off. Milliseconds. */
const ownErrorMsBase = 30_000;

/** So many errors of its own in a row switch the reading of a calendar off. */
export const ownErrorsMax = 5;

/** How far stored busy time goes beyond what is promised, so that the window need not move with every reading. Milliseconds. */
const windowSlackMs = 7 * dayMs;

/** A calendar that its provider lists no more is believed to be gone after. Milliseconds. */
export const missingMs = 60 * minuteMs;

/** What this build has no adapter for is looked at again after: another one may, that is being brought in or was taken back. Milliseconds. */
const offeredAgainMs = 10 * minuteMs;

/** How many days around today busy time is known for. */
export interface WindowDays {
  readonly CALENDAR_WINDOW_PAST_DAYS: number;
  readonly CALENDAR_WINDOW_AHEAD_DAYS: number;
}

/** What is promised at a moment. */
export const promisedWindow = (now: Date, days: WindowDays): ReadingWindow => ({
  from: new Date(now.getTime() - days.CALENDAR_WINDOW_PAST_DAYS * dayMs),
  to: new Date(now.getTime() + days.CALENDAR_WINDOW_AHEAD_DAYS * dayMs),
});

/** What is stored, for the promise to hold for some days. */
export function storedWindow(now: Date, days: WindowDays): ReadingWindow {
  const { from, to } = promisedWindow(now, days);
  return { from, to: new Date(to.getTime() + windowSlackMs) };
}

/** When a calendar is read next: an interval after what is shown was true, give or take a fifth, so that calendars never keep step. */
export function nextPollAt({ now, since, intervalMinutes }: PollTimes, random: () => number = Math.random): Date {
  const interval = intervalMinutes * minuteMs * (0.8 + 0.4 * random());
  return new Date(Math.max(now.getTime(), since.getTime() + interval));
}

/** A provider that asks for more is asked again nevertheless. Milliseconds. */
const pauseMsMax = dayMs;

/** Until when no call is made to a provider that said how long it wants none. */
export const pauseEnd = (now: Date, askedMs: number): Date => new Date(now.getTime() + Math.min(askedMs, pauseMsMax));

/** When to look again at what this build cannot read. */
export const offeredAgainAt = (now: Date, random: () => number = Math.random): Date =>
  new Date(now.getTime() + offeredAgainMs * (0.8 + 0.4 * random()));

interface PollTimes {
  readonly now: Date;
  readonly since: Date;
  readonly intervalMinutes: number;
}

/** How long a calendar rests after its nth own error in a row: doubling, somewhere in the upper half of that, never longer than its interval. */
export function ownErrorWaitMs(errors: number, intervalMinutes: number, random: () => number = Math.random): number {
  const ceiling = Math.min(intervalMinutes * minuteMs, ownErrorMsBase * 2 ** errors);
  return Math.round(ceiling / 2 + (random() * ceiling) / 2);
}
