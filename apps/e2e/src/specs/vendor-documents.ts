import type { ApiDescription } from './description.js';
import { readDiscovery } from './discovery.js';
import type { Json } from './json.js';
import { readMetaGraphUser } from './meta-graph.js';
import { readMsgraph } from './msgraph.js';
import { readOpenApi } from './openapi.js';

/** A vendor's published description, and how it is read. */
export interface VendorDocument {
  readonly file: string;
  readonly source: string;
  read(document: Json): ApiDescription;
}

export const vendorDocuments: readonly VendorDocument[] = [
  {
    file: 'zoom.json',
    source: 'https://developers.zoom.us/docs/api/ (one OpenAPI document with the operations of Users and Meetings)',
    read: (document) => readOpenApi('zoom', document),
  },
  {
    file: 'google-discovery/calendar.v3.json',
    source: 'https://www.googleapis.com/discovery/v1/apis/calendar/v3/rest',
    read: (document) => readDiscovery('google-calendar', document),
  },
  {
    file: 'google-discovery/oauth2.v2.json',
    source: 'https://www.googleapis.com/discovery/v1/apis/oauth2/v2/rest',
    read: (document) => readDiscovery('google-oauth2', document),
  },
  {
    file: 'google-discovery/drive.v3.json',
    source: 'https://www.googleapis.com/discovery/v1/apis/drive/v3/rest',
    read: (document) => readDiscovery('google-drive', document),
  },
  {
    file: 'google-discovery/youtube.v3.json',
    source: 'https://www.googleapis.com/discovery/v1/apis/youtube/v3/rest',
    read: (document) => readDiscovery('youtube', document),
  },
  {
    file: 'google-discovery/storage.v1.json',
    source: 'https://www.googleapis.com/discovery/v1/apis/storage/v1/rest',
    read: (document) => readDiscovery('google-storage', document),
  },
  {
    file: 'mailgun.json',
    source: 'https://documentation.mailgun.com/docs/mailgun/api-reference (the operations of Domains)',
    read: (document) => readOpenApi('mailgun', document),
  },
  {
    file: 'msgraph.json',
    source: 'https://github.com/microsoftgraph/msgraph-metadata, openapi/v1.0/openapi.yaml, as JSON (the operations of me)',
    read: readMsgraph,
  },
  {
    file: 'meta-graph/IGUserForIGOnlyAPI.json',
    source: 'https://github.com/facebook/facebook-business-sdk-codegen (api_specs/specs)',
    read: (document) => readMetaGraphUser('instagram', document),
  },
  {
    file: 'webex-webhooks-people.json',
    source: 'https://github.com/webex/webex-openapi-specs (public-spec/webex-messaging.json)',
    read: (document) => readOpenApi('webex', document, { basePath: '/v1' }),
  },
  {
    file: 'discord.json',
    source: 'https://github.com/discord/discord-api-spec (specs/openapi.json)',
    read: (document) => readOpenApi('discord', document),
  },
  {
    file: 'github.json',
    source: 'https://github.com/github/rest-api-description (api.github.com)',
    read: (document) => readOpenApi('github', document),
  },
];

/** Every call that the adapters make and a document describes. */
export const expectedOperations: readonly string[] = [
  'discord GET /api/v10/users/@me',
  'github GET /user',
  'github GET /user/emails',
  'github DELETE /applications/{client_id}/grant',
  'google-oauth2 GET /oauth2/v2/userinfo',
  'google-calendar GET /calendar/v3/users/me/calendarList',
  'google-calendar GET /calendar/v3/calendars/{calendarId}',
  'google-calendar GET /calendar/v3/calendars/{calendarId}/acl',
  'google-calendar POST /calendar/v3/calendars/{calendarId}/acl',
  'google-calendar DELETE /calendar/v3/calendars/{calendarId}/acl/{ruleId}',
  'google-calendar GET /calendar/v3/calendars/{calendarId}/events',
  'google-calendar POST /calendar/v3/calendars/{calendarId}/events',
  'google-calendar GET /calendar/v3/calendars/{calendarId}/events/{eventId}',
  'google-calendar PATCH /calendar/v3/calendars/{calendarId}/events/{eventId}',
  'google-calendar DELETE /calendar/v3/calendars/{calendarId}/events/{eventId}',
  'google-drive GET /drive/v3/about',
  'google-storage GET /storage/v1/b/{bucket}/iam/testPermissions',
  'mailgun GET /v4/domains/{name}',
  'youtube GET /youtube/v3/channels',
  'instagram GET /me',
  'msgraph GET /v1.0/me',
  'msgraph POST /v1.0/me/calendar/getSchedule',
  'msgraph GET /v1.0/me/calendars',
  'msgraph GET /v1.0/me/calendars/{calendar-id}',
  'msgraph GET /v1.0/me/calendars/{calendar-id}/calendarView',
  'msgraph GET /v1.0/me/calendars/{calendar-id}/calendarView/delta',
  'msgraph GET /v1.0/me/calendars/{calendar-id}/events/{event-id}/instances',
  'msgraph GET /v1.0/me/calendars/{calendar-id}/events',
  'msgraph POST /v1.0/me/calendars/{calendar-id}/events',
  'msgraph GET /v1.0/me/calendars/{calendar-id}/events/{event-id}',
  'msgraph PATCH /v1.0/me/calendars/{calendar-id}/events/{event-id}',
  'msgraph DELETE /v1.0/me/calendars/{calendar-id}/events/{event-id}',
  'webex GET /v1/people/me',
  'zoom GET /v2/users/{userId}',
  'zoom GET /v2/users/{userId}/meetings',
  'zoom POST /v2/users/{userId}/meetings',
  'zoom PATCH /v2/meetings/{meetingId}',
  'zoom DELETE /v2/meetings/{meetingId}',
];
