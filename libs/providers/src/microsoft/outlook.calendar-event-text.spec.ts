import { readEventText, toTextBody, withMeetingInvitation } from './outlook.calendar-event-text.js';

const line = '_'.repeat(80);
const invitation = `${line}\r\nMicrosoft Teams\r\nJoin the meeting now<https://teams.microsoft.com/l/meetup-join/1>\r\nMeeting ID: 1 2 3\r\n${line}\r\n`;
const bar = `<div style="margin-bottom:24px;overflow:hidden;white-space:nowrap">${line}</div>`;
const html = [
  '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>',
  '<div>Bring the papers.</div>\r\n<br>\r\n',
  `${bar}\r\n<div style="margin-bottom:12px"><a href="https://teams.microsoft.com/l/meetup-join/1">Join the meeting now</a></div>\r\n${bar}`,
  '</body></html>',
].join('');

describe('outlook: the text of an event', () => {
  it.each([
    ['what was written', 'Bring the papers.\r\nThank you.\r\n\r\n', false, { description: 'Bring the papers.\nThank you.', joinUrl: null }],
    [
      'and where it takes place elsewhere',
      'Papers.\r\n\r\nJoin: https://a.example/1\r\n',
      false,
      { description: 'Papers.', joinUrl: 'https://a.example/1' },
    ],
    ['and nothing but that', 'Join: https://a.example/1', false, { description: '', joinUrl: 'https://a.example/1' }],
    ['and no invitation of Outlook’s own', `Papers.\r\n\r\n${invitation}`, true, { description: 'Papers.', joinUrl: null }],
    ['with what stands below the invitation', `Papers.\r\n${invitation}Below.`, true, { description: 'Papers.\n\nBelow.', joinUrl: null }],
    ['lines of an event without a meeting', `Sign: ${line}\nDate: ${line}`, false, { description: `Sign: ${line}\nDate: ${line}`, joinUrl: null }],
    ['a line of its own', `Sign: ${line}`, true, { description: `Sign: ${line}`, joinUrl: null }],
    [
      'a way that is named in passing',
      'Join: https://a.example/1 or come by.',
      false,
      { description: 'Join: https://a.example/1 or come by.', joinUrl: null },
    ],
  ])('is %s', (_, content, isOnline, expected) => {
    expect(readEventText(content, isOnline)).toEqual(expected);
  });

  it.each([
    ['with a description', { description: 'Papers.', joinUrl: 'https://a.example/1' }],
    ['without', { description: '', joinUrl: 'https://a.example/1' }],
    ['with nothing', { description: '', joinUrl: null }],
  ])('is read as it was written, %s', (_, text) => {
    expect(readEventText(toTextBody(text).content, false)).toEqual(text);
  });

  it('is read in no time, whatever somebody sends who invites', () => {
    const hostile = [
      `${'_'.repeat(59)}${'a'.repeat(2_000_000)}`,
      '_ '.repeat(1_000_000),
      `${'\n'.repeat(1_000_000)}a`,
      '\n\nJoin: https://'.repeat(100_000),
    ];

    expect(hostile.map((content) => readEventText(content, true).joinUrl)).toEqual([null, null, null, null]);
  });
});

describe('outlook: another description for an event with a meeting', () => {
  it('keeps the invitation whole, and shows what is written as it is written', () => {
    const { contentType, content = '' } = withMeetingInvitation('<b>Papers</b> & "pens"\nThank you.', html) ?? {};

    expect(contentType).toBe('html');
    expect(content).toContain('<div>&lt;b&gt;Papers&lt;/b&gt; &amp; &quot;pens&quot;<br>Thank you.</div>');
    expect(content).toContain(html.slice(html.indexOf(bar), html.lastIndexOf(bar) + bar.length));
    expect(content).not.toContain('Bring the papers.');
  });

  it.each([['<html><body>Papers.</body></html>'], [''], [`<html><body>${line} ${line}</body></html>`]])(
    'cannot keep the invitation that is not found in %j',
    (existing) => {
      expect(withMeetingInvitation('Pens.', existing)).toBeNull();
    },
  );
});
