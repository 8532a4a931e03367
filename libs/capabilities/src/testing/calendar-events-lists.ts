import { aDraft, aSeries, at, type AskedCalendar } from './calendar-events-harness.js';

/** What is promised about lists of events. */
export const listPromises = (calendar: AskedCalendar): void => {
  const create = (title: string, start: string, end: string) => calendar.create(aDraft({ title, start: at(start, 'UTC'), end: at(end, 'UTC') }));

  it('lists what touches the asked time, in the order in which it begins', async () => {
    await create('ends at its beginning', '2027-03-10T09:00:00', '2027-03-10T10:00:00');
    await create('later', '2027-03-10T11:00:00', '2027-03-10T11:30:00');
    await create('reaches out of it', '2027-03-10T11:45:00', '2027-03-10T12:30:00');
    await create('reaches into it', '2027-03-10T09:30:00', '2027-03-10T10:30:00');
    await create('begins at its end', '2027-03-10T12:00:00', '2027-03-10T13:00:00');

    const titles = await calendar.titles({ from: new Date('2027-03-10T10:00:00Z'), to: new Date('2027-03-10T12:00:00Z') });

    expect(titles).toEqual(['reaches into it', 'later', 'reaches out of it']);
  });

  it('goes on where a page ended, and tells everything once', async () => {
    for (const day of [5, 3, 1, 4, 2]) await create(`Day ${day}`, `2027-03-0${day}T10:00:00`, `2027-03-0${day}T11:00:00`);
    await calendar.create(aSeries());

    const pages = await Promise.all([calendar.page({ limit: 2 }), calendar.page({ limit: 3 })]);

    expect(pages.map(({ events }) => events.length <= 3)).toEqual([true, true]);
    expect((pages[0]?.events ?? []).length).toBeLessThanOrEqual(2);
    expect(await calendar.titles({ limit: 2 })).toEqual([1, 2, 3, 4, 5].map((day) => `Day ${day}`).concat(Array<string>(4).fill('Standup')));
  });

  it('finds events by a word of their title, description or location', async () => {
    const plain = { title: 'Plain', description: '', location: '' };
    await calendar.create(aDraft({ ...plain, title: 'Zebra crossing' }));
    await calendar.create(aDraft({ ...plain, title: 'Second', description: 'Bring a zebra.' }));
    await calendar.create(aDraft({ ...plain, title: 'Third', location: 'Zebra bar' }));
    await calendar.create(aDraft(plain));

    expect((await calendar.titles({ text: 'zebra' })).toSorted()).toEqual(['Second', 'Third', 'Zebra crossing']);
    expect(await calendar.titles({ text: 'giraffe' })).toEqual([]);
  });

  it('finds events by who is invited, through all pages', async () => {
    const guest = (email: string) => [{ email, name: null, isOptional: false }];
    for (const day of [1, 2, 3, 4, 5]) {
      const attendees = guest(day % 2 === 0 ? 'Wanted@example.com' : 'other@example.com');
      await calendar.create(aDraft({ title: `Day ${day}`, start: at(`2027-03-0${day}T10:00:00`), end: at(`2027-03-0${day}T11:00:00`), attendees }));
    }

    expect(await calendar.titles({ attendee: 'wanted@example.com', limit: 1 })).toEqual(['Day 2', 'Day 4']);
    expect(await calendar.titles({ attendee: 'nobody@example.com' })).toEqual([]);
  });

  it('lists an event as it is read', async () => {
    const { id } = await calendar.create(aDraft({ reminders: [{ method: 'popup', minutesBefore: 5 }] }));

    expect(await calendar.list()).toEqual([await calendar.get(id)]);
  });

  it('lists nothing where nothing is', async () => {
    expect(await calendar.page()).toEqual({ events: [], cursor: null });
  });
};
