import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiDescription } from './description.js';
import { readDiscovery } from './discovery.js';
import { googleScenario } from './google.scenario.js';
import type { Json } from './json.js';
import { readOpenApi } from './openapi.js';
import { microsoftScenario } from './microsoft.scenario.js';
import { missingOperations, reportLines, reportOn } from './report.js';
import { zoomScenario } from './zoom.scenario.js';

interface VendorDocument {
  readonly file: string;
  readonly source: string;
  read(document: Json): ApiDescription;
}

const documents: readonly VendorDocument[] = [
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
    file: 'msgraph.json',
    source: 'https://github.com/microsoftgraph/msgraph-metadata, openapi/v1.0/openapi.yaml, as JSON (the operations of me)',
    // The document requires the type of every object; the API names it only where it could be another one.
    read: (document) => readOpenApi('msgraph', document, { neverRequired: ['@odata.type'] }),
  },
];

/** Every call the adapters make. */
const expected = [
  'google-oauth2 GET /oauth2/v2/userinfo',
  'google-calendar GET /calendar/v3/users/me/calendarList',
  'google-calendar POST /calendar/v3/calendars/{calendarId}/events',
  'google-calendar GET /calendar/v3/calendars/{calendarId}/events/{eventId}',
  'google-calendar PATCH /calendar/v3/calendars/{calendarId}/events/{eventId}',
  'google-calendar DELETE /calendar/v3/calendars/{calendarId}/events/{eventId}',
  'zoom GET /v2/users/{userId}',
  'zoom GET /v2/users/{userId}/meetings',
  'zoom POST /v2/users/{userId}/meetings',
  'zoom PATCH /v2/meetings/{meetingId}',
  'zoom DELETE /v2/meetings/{meetingId}',
  'msgraph GET /v1.0/me',
];

/** How to call this command; shown when it was called without a folder. */
const usage = (): readonly string[] => [
  'Holds the requests of our adapters and the answers of our fakes against what the vendors publish.',
  'Their documents are not part of this repository. Put them into a folder under these names:',
  '',
  ...documents.map(({ file, source }) => `  ${file.padEnd(34)} ${source}`),
  '',
  'and call:  npm run test:specs -- FOLDER',
];

/** Runs everything; the exit code is 0 when all is as described, 1 when something is not, 2 when it could not begin. */
export const runSpecs = async (folder: string | undefined, print: (line: string) => void): Promise<0 | 1 | 2> => {
  if (folder === undefined) {
    usage().forEach(print);
    return 2;
  }
  const descriptions: ApiDescription[] = [];
  for (const { file, read } of documents) {
    try {
      descriptions.push(read(JSON.parse(await readFile(join(folder, file), 'utf8')) as Json));
    } catch (error) {
      print(`Cannot read ${join(folder, file)}: ${error instanceof Error ? error.message : 'unknown reason'}`);
      usage().forEach(print);
      return 2;
    }
  }
  for (const { name, operations, remarks } of descriptions) {
    print(`${name}: ${operations.length} operations described`);
    remarks.forEach((remark) => print(`  ${remark}`));
  }
  print('');
  return report(descriptions, print);
};

const report = async (descriptions: readonly ApiDescription[], print: (line: string) => void): Promise<0 | 1> => {
  const reports = reportOn(descriptions, [await googleScenario(), await zoomScenario(), await microsoftScenario()]);
  reports.flatMap(reportLines).forEach(print);
  const missing = missingOperations(reports, expected);
  missing.forEach((operation) => print(`failed    ${operation} (the adapters never sent it)`));

  const count = (verdict: string): number => reports.filter((operation) => operation.verdict === verdict).length;
  const failed = count('failed') + missing.length;
  print('');
  if (count('unchecked') > 0) print(`${count('unchecked')} unchecked: no vendor document describes them`);
  print(`${count('passed')} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
};
