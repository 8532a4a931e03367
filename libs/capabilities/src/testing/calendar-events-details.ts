import { instantOf } from './calendar-mirror.js';
import { aDraft, at, type AskedCalendar, type CalendarEventsTraits } from './calendar-events-harness.js';
import { failureOf } from './situations.js';

/** What is promised about the times, reminders and meetings of single events. */
export const detailPromises = (traits: CalendarEventsTraits, calendar: AskedCalendar): void => {
  it('keeps whole days as days', async () => {
    const days = { start: { date: '2027-03-28' }, end: { date: '2027-03-30' } };

    const { id } = await calendar.create(aDraft(days));

    expect(await calendar.get(id)).toMatchObject(days);
    expect((await calendar.list()).map(({ start, end }) => ({ start, end }))).toEqual([days]);
  });

  it('keeps the zone that a time is read in', async () => {
    const newYork = (dateTime: string) => at(dateTime, 'America/New_York');

    const { id } = await calendar.create(aDraft({ start: newYork('2027-03-01T20:00:00'), end: newYork('2027-03-01T21:00:00') }));

    expect(await calendar.get(id)).toMatchObject({ start: newYork('2027-03-01T20:00:00'), end: newYork('2027-03-01T21:00:00') });
  });

  it(traits.floats ? 'keeps a floating time afloat' : 'takes a floating time for one of the calendar’s zone', async () => {
    const { id } = await calendar.create(aDraft({ start: at('2027-03-01T10:00:00', null), end: at('2027-03-01T11:00:00', null) }));

    const { start, end } = await calendar.get(id);

    const timeZone = traits.floats ? null : (expect.any(String) as string);
    expect([start, end]).toEqual([
      { dateTime: '2027-03-01T10:00:00', timeZone },
      { dateTime: '2027-03-01T11:00:00', timeZone },
    ]);
  });

  it('keeps who may see it and whether its owner is free, and changes both', async () => {
    const { id } = await calendar.create(aDraft({ visibility: 'private', isFree: true }));
    expect(await calendar.get(id)).toMatchObject({ visibility: 'private', isFree: true });

    await calendar.update(id, { visibility: 'default', isFree: false });

    expect(await calendar.get(id)).toMatchObject({ visibility: 'default', isFree: false });
  });

  reminderPromises(traits, calendar);
  conferencePromises(traits, calendar);

  it('passes texts of any script and length on', async () => {
    const texts = { title: 'Süß, "quoted"; 日本語 🗓️', description: `First line\n${'ab, '.repeat(500)}\\n; end`, location: 'Straße 1;\n12345 Ort' };

    const { id } = await calendar.create(aDraft(texts));

    expect(await calendar.get(id)).toMatchObject(texts);
    expect(instantOf((await calendar.get(id)).start)).toBe('2027-03-01T09:00:00.000Z');
  });
};

const reminderPromises = (traits: CalendarEventsTraits, calendar: AskedCalendar): void => {
  it('keeps reminders, and takes them away', async () => {
    const reminders = [{ method: 'popup', minutesBefore: 30 }] as const;
    const { id } = await calendar.create(aDraft({ reminders }));
    expect((await calendar.get(id)).reminders).toEqual(reminders);

    const earlier = [{ method: 'popup', minutesBefore: 60 }] as const;
    await calendar.update(id, { reminders: earlier });
    expect((await calendar.get(id)).reminders).toEqual(earlier);

    await calendar.update(id, { reminders: [] });
    expect((await calendar.get(id)).reminders).toEqual([]);
  });

  if (traits.reminders === 'several')
    it('keeps several reminders of both kinds', async () => {
      const reminders = [
        { method: 'email', minutesBefore: 1440 },
        { method: 'popup', minutesBefore: 0 },
      ] as const;

      const { id } = await calendar.create(aDraft({ reminders }));

      const kept = (await calendar.get(id)).reminders ?? [];
      expect(kept.toSorted((one, other) => other.minutesBefore - one.minutesBefore)).toEqual(reminders);
    });

  if (traits.hasDefaultReminders)
    it('tells the reminders of the calendar from none', async () => {
      const { id } = await calendar.create(aDraft({ reminders: null }));
      expect((await calendar.get(id)).reminders).toBeNull();

      await calendar.update(id, { reminders: [] });
      expect((await calendar.get(id)).reminders).toEqual([]);

      await calendar.update(id, { reminders: null });
      expect((await calendar.get(id)).reminders).toBeNull();
    });
};

const conferencePromises = (traits: CalendarEventsTraits, calendar: AskedCalendar): void => {
  if (traits.makesConferences) madeConferencePromises(calendar);
  else
    it('makes no online meetings, and says so before it writes anything', async () => {
      const { id } = await calendar.create(aDraft({ title: 'Offline' }));

      const created = await failureOf(calendar.create(aDraft({ conference: { kind: 'new' } })));
      const changed = await failureOf(calendar.update(id, { title: 'Online', conference: { kind: 'new' } }));

      const refusal = { code: 'invalid_request', reason: 'conference_unsupported', outcomeUnknown: false };
      expect([created, changed]).toEqual([expect.objectContaining(refusal), expect.objectContaining(refusal)]);
      expect(await calendar.titles()).toEqual(['Offline']);
    });

  it('keeps a meeting that takes place elsewhere, changes it, leaves it with other changes, and takes it away', async () => {
    const elsewhere = (joinUrl: string) => ({ kind: 'elsewhere', joinUrl }) as const;
    const { id } = await calendar.create(aDraft({ conference: elsewhere('https://meet.example.com/j/1') }));
    expect((await calendar.get(id)).joinUrl).toBe('https://meet.example.com/j/1');

    await calendar.update(id, { conference: elsewhere('https://meet.example.com/j/2') });
    await calendar.update(id, { title: 'Other', description: 'Other papers.' });
    const changed = await calendar.get(id);
    expect([changed.joinUrl, changed.title, changed.location]).toEqual(['https://meet.example.com/j/2', 'Other', 'Room 5']);
    expect(changed.description).toContain('Other papers.');

    await calendar.update(id, { conference: null });
    expect(await calendar.get(id)).toMatchObject({ joinUrl: null, title: 'Other', description: 'Other papers.', location: 'Room 5' });
  });
};

const madeConferencePromises = (calendar: AskedCalendar): void => {
  it('makes an online meeting, keeps it when asked again and with other changes, and takes it away', async () => {
    const { id, joinUrl } = await calendar.create(aDraft({ conference: { kind: 'new' } }));
    expect(joinUrl).toMatch(/^https:\/\//);

    await calendar.update(id, { conference: { kind: 'new' } });
    await calendar.update(id, { title: 'Other' });
    expect(await calendar.get(id)).toMatchObject({ title: 'Other', joinUrl });

    await calendar.update(id, { conference: null });
    expect((await calendar.get(id)).joinUrl).toBeNull();
  });

  it('keeps the meeting that it made when it is asked for by its address', async () => {
    const { id, joinUrl } = await calendar.create(aDraft({ conference: { kind: 'new' } }));

    await calendar.update(id, { title: 'Other', conference: { kind: 'elsewhere', joinUrl: joinUrl ?? '' } });
    await calendar.update(id, { conference: { kind: 'new' } });

    expect(await calendar.get(id)).toMatchObject({ title: 'Other', description: 'Bring the papers.', location: 'Room 5', joinUrl });
  });

  it('makes an online meeting for an event that had none', async () => {
    const { id } = await calendar.create(aDraft());

    const { joinUrl } = await calendar.update(id, { conference: { kind: 'new' } });

    expect(joinUrl).toMatch(/^https:\/\//);
    expect((await calendar.get(id)).joinUrl).toBe(joinUrl);
  });
};
