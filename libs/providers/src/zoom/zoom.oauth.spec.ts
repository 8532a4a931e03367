import { readFileSync } from 'node:fs';
import { zoomOAuth } from './zoom.oauth.js';

const config = { ZOOM_CLIENT_ID: 'id', ZOOM_CLIENT_SECRET: 'secret', ZOOM_AUTH_BASE_URL: 'https://zoom.us' };
const guide = readFileSync(new URL('./setup.md', import.meta.url), 'utf8');

describe('scopes of Zoom', () => {
  it.each([
    ['the built-in ones', undefined],
    ['those of an app made since 2024, as the guide has them', /ZOOM_SCOPES="(.+)"/.exec(guide)?.[1]],
  ])('are told in plain words: %s', (_which, ZOOM_SCOPES) => {
    const { scopes, scopeMeanings } = zoomOAuth({ ...config, ZOOM_SCOPES });

    expect(scopes.video?.length).toBeGreaterThan(2);
    expect(scopes.video?.filter((scope) => scopeMeanings[scope] === undefined)).toEqual([]);
  });

  it('are those of the guide in its second case', () => {
    expect(guide).toMatch(/ZOOM_SCOPES="meeting:write:meeting /);
  });
});
