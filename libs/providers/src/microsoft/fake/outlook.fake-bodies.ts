/** The text of an event as Outlook keeps it. */
export interface FakeBody {
  readonly contentType: 'text' | 'html';
  readonly content: string;
}

const line = '_'.repeat(80);

/** The invitation that Outlook puts below the text of an event with a meeting of its own. */
const meetingInvitation = (joinUrl: string): string =>
  [
    `<div style="width:100%"><span style="white-space:nowrap; color:#5F5F5F">${line}</span></div>`,
    `<div class="me-email-text"><div>Microsoft Teams meeting</div><div><a href="${joinUrl}">Join the meeting now</a></div></div>`,
    `<div style="width:100%"><span style="white-space:nowrap; color:#5F5F5F">${line}</span></div>`,
  ].join('');

/** Whether a body still has its invitation. */
export const hasInvitation = ({ content }: FakeBody): boolean => content.includes(line);

/** The body with an invitation below it. */
export const withInvitation = (body: FakeBody, joinUrl: string): FakeBody => ({
  contentType: 'html',
  content: `<html><body><div>${inside(asHtml(body))}</div><br>${meetingInvitation(joinUrl)}</body></html>`,
});

/** The body as it is asked for by `Prefer: outlook.body-content-type`. Lines of text end as in mails. */
export const presentedBody = (body: FakeBody, contentType: FakeBody['contentType']): FakeBody =>
  contentType === 'html' ? { contentType, content: asHtml(body) } : { contentType, content: asText(body).replaceAll(/\r?\n/g, '\r\n') };

/** A text without anything that is meant for a browser. */
export const asText = ({ contentType, content }: FakeBody): string =>
  contentType === 'text'
    ? content
    : content
        .replaceAll(/<br>|<\/div>|<\/p>/gi, '\n')
        .replaceAll(/<[^>]*>/g, '')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&quot;', '"')
        .replaceAll('&amp;', '&')
        .trim();

const asHtml = ({ contentType, content }: FakeBody): string => (contentType === 'html' ? content : `<html><body>${escaped(content)}</body></html>`);

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll('\n', '<br>');

const inside = (html: string): string => /<body[^>]*>([\s\S]*)<\/body>/i.exec(html)?.[1] ?? html;
