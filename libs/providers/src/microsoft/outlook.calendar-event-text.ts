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
  const text = trimmed(isOnlineMeeting ? written.replace(/_{30,}[\s\S]*_{30,}/, '') : written);
  const [whole, joinUrl] = /(?:^|\n\n)Join: (https?:\/\/\S+)$/.exec(text) ?? [];
  return joinUrl === undefined || whole === undefined ? { description: text, joinUrl: null } : { description: text.slice(0, -whole.length), joinUrl };
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
 * Another description for an event with an online meeting of its own. Without Outlook's invitation the meeting would end.
 * https://learn.microsoft.com/graph/api/event-update#request-body
 */
export const withMeetingInvitation = (description: string, existingHtml: string): GraphBody => {
  const [invitation] = /<div\b[^>]*>\s*(?:<span\b[^>]*>\s*)?_{30,}[\s\S]*_{30,}\s*(?:<\/span>\s*)?<\/div>/i.exec(existingHtml) ?? [];
  if (invitation === undefined) return { contentType: 'text', content: description };
  return { contentType: 'html', content: `<html><body><div>${toHtml(description)}</div>${invitation}</body></html>` };
};

const toHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll('\n', '<br>');
