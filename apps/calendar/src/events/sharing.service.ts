import { Inject, Injectable } from '@nestjs/common';
import type { CalendarShare } from '@patchbay/capabilities';
import type { CalendarShareView, InputOf, listCalendarShares, OutputOf, revokeCalendarShare, shareCalendar } from '@patchbay/contracts';
import type { UserCaller } from '@patchbay/messaging';
import { OpenCalendars } from './open-calendars.js';

const toShare = { kind: 'calendarSharing', otherwise: 'sharing_unsupported' } as const;

/** Shows people who may use their calendars, and changes that. */
@Injectable()
export class SharingService {
  constructor(@Inject(OpenCalendars) private readonly calendars: OpenCalendars) {}

  async list(user: UserCaller, input: InputOf<typeof listCalendarShares>): Promise<OutputOf<typeof listCalendarShares>> {
    const calendar = await this.calendars.open(user, placeOf(input), toShare);
    const shares = await this.calendars.ask(calendar, { kind: 'calendarSharing', asked: 'shares' }, (sharing, token) =>
      sharing.listShares(token, calendar.calendarId),
    );
    return { items: shares.map(toView) };
  }

  async share(user: UserCaller, input: InputOf<typeof shareCalendar>): Promise<CalendarShareView> {
    const calendar = await this.calendars.open(user, placeOf(input), toShare);
    const { email, role } = input;
    const share = await this.calendars.ask(calendar, { kind: 'calendarSharing', asked: 'share' }, (sharing, token) =>
      sharing.grant(token, calendar.calendarId, { email, role }),
    );
    return toView(share);
  }

  async revoke(user: UserCaller, input: InputOf<typeof revokeCalendarShare>): Promise<null> {
    const calendar = await this.calendars.open(user, placeOf(input), toShare);
    await this.calendars.ask(calendar, { kind: 'calendarSharing', asked: 'share' }, (sharing, token) =>
      sharing.revoke(token, calendar.calendarId, input.share_id),
    );
    return null;
  }
}

const placeOf = ({ id, calendar_id }: { readonly id: string; readonly calendar_id: string }) => ({ accountId: id, calendarId: calendar_id });

const toView = ({ isRemovable, ...share }: CalendarShare): CalendarShareView => ({ ...share, is_removable: isRemovable });
