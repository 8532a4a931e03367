/** As much as programs write beside an event, each file for itself. */
const zone = `BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE`;

const dayMs = 86_400_000;
const days = 360;

/** Files of a calendar whose events lie in the year to come; one in fifty is repeated every week, and one in twenty is a meeting with others. */
export function calendarFiles(count: number): ReadonlyMap<string, string> {
  return new Map(Array.from({ length: count }, (_, number) => [`event-${number}.ics`, eventFile(number)]));
}

/** One of these files; a later `revision` of it differs. */
export function eventFile(number: number, revision = 0): string {
  const starts = new Date(Math.floor(Date.now() / dayMs) * dayMs + (number % days) * dayMs + (8 * 4 + (number % 40)) * 15 * 60_000);
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Example//Calendar//EN',
    zone,
    'BEGIN:VEVENT',
    `UID:event-${number}`,
    `DTSTAMP:${stamp(new Date())}Z`,
    `DTSTART;TZID=Europe/Berlin:${stamp(starts)}`,
    `DURATION:PT${30 + 15 * (number % 7)}M`,
    `SEQUENCE:${revision}`,
    `SUMMARY:Event ${number}${revision === 0 ? '' : ` as of ${revision}`}`,
    'DESCRIPTION:What will be talked about\\, and what everybody should have read before they come.',
    'LOCATION:Room 4.01',
    ...(number % 50 === 1 ? ['RRULE:FREQ=WEEKLY;COUNT=20'] : []),
    ...(number % 20 === 2 ? ['ORGANIZER:mailto:somebody@example.com', 'ATTENDEE;PARTSTAT=ACCEPTED:mailto:olivia@example.com'] : []),
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ];
  return lines.join('\n').replaceAll('\n', '\r\n');
}

const stamp = (moment: Date): string => moment.toISOString().replaceAll(/[-:]|\.\d+Z/g, '');
