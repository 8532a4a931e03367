const scope = (name: string): string => `https://www.googleapis.com/auth/${name}`;

/**
 * Google's scopes by the name that they have here. Short ones are spelled as Google spells them in its answer, so that asked and granted scopes
 * can be compared. https://developers.google.com/identity/protocols/oauth2/scopes
 */
export const googleScopes = {
  openid: 'openid',
  email: scope('userinfo.email'),
  profile: scope('userinfo.profile'),
  calendar: scope('calendar'),
  calendarEvents: scope('calendar.events'),
  driveReadonly: scope('drive.readonly'),
  youtubeReadonly: scope('youtube.readonly'),
} as const;

/** What they allow, to be read after "It may …". */
export const googleScopeMeanings: Readonly<Record<string, string>> = {
  [googleScopes.openid]: 'know who you are',
  [googleScopes.email]: 'see your e-mail address',
  [googleScopes.profile]: 'see your name and picture',
  [googleScopes.calendar]: 'see, change and share your calendars',
  [googleScopes.calendarEvents]: 'see and change events in your calendars',
  [googleScopes.driveReadonly]: 'see and download your files in Google Drive',
  [googleScopes.youtubeReadonly]: 'see your YouTube channel, its videos and its figures',
};
