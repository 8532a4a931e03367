/** What the text of an event says: what people wrote, and where it takes place online when that is elsewhere, for which Graph has no place. */
export interface EventText {
  readonly description: string;
  readonly joinUrl: string | null;
}

/**
 * Reads a body that was asked for as text. The invitation that Outlook adds to an event with an online meeting of its own, between two long lines, is
 * nobody's description.
 */
export const readEventText = (content: string, isOnlineMeeting: boolean): EventText => {
  const written = content.replaceAll('\r\n', '\n');
  const invitation = isOnlineMeeting ? invitationIn(written) : null;
  const text = trimmed(invitation === null ? written : `${written.slice(0, invitation.from)}${written.slice(invitation.to)}`);
  const [whole, joinUrl] = /(?:^|\n\n)Join: (https?:\/\/\S+)$/.exec(text) ?? [];
  return joinUrl === undefined || whole === undefined ? { description: text, joinUrl: null } : { description: text.slice(0, -whole.length), joinUrl };
};

const line = '_'.repeat(30);

/** Where the invitation is, with the lines above and below it. Searched without going back: anybody who invites may send a body of any kind. */
const invitationIn = (text: string): { readonly from: number; readonly to: number } | null => {
  const [from, last] = [text.indexOf(line), text.lastIndexOf(line)];
  if (from === -1) return null;
  let endOfFirst = from + line.length;
  while (text[endOfFirst] === '_') endOfFirst += 1;
  return last < endOfFirst ? null : { from, to: last + line.length };
};

/** Exchange adds empty lines. */
const trimmed = (text: string): string => text.replace(/^\n+/, '').trimEnd();

/** The body for Graph, with the way to a meeting elsewhere in a line of its own, as bookings have it. */
export const toTextBody = ({ description, joinUrl }: EventText): GraphBody => ({
  contentType: 'text',
  content: [description, joinUrl === null ? '' : `Join: ${joinUrl}`].filter((part) => part !== '').join('\n\n'),
});

/** A body of Graph. */
export interface GraphBody {
  readonly contentType: 'text' | 'html';
  readonly content: string;
}

/**
 * Another description for an event with an online meeting of its own. Without Outlook's invitation the meeting would end. Null where none is found.
 * https://learn.microsoft.com/graph/api/event-update#request-body
 */
export const withMeetingInvitation = (description: string, existingHtml: string): GraphBody | null => {
  const invitation = invitationIn(existingHtml);
  const from = invitation === null ? -1 : existingHtml.lastIndexOf('<div', invitation.from);
  const end = invitation === null ? -1 : existingHtml.indexOf(closing, invitation.to);
  if (from === -1 || end === -1) return null;
  return {
    contentType: 'html',
    content: `<html><body><div>${toHtml(description)}</div>${existingHtml.slice(from, end + closing.length)}</body></html>`,
  };
};

const closing = '</div>';

const toHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll('\n', '<br>');
