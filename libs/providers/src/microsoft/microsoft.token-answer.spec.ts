import { readMicrosoftTokenAnswer } from './microsoft.token-answer.js';

const tokens = { token_type: 'Bearer', access_token: 'a', refresh_token: 'r', expires_in: 3_599, ext_expires_in: 3_599 };

describe("Microsoft's token answer", () => {
  it('names scopes without the resource they belong to', () => {
    const scope = 'https://graph.microsoft.com/Calendars.ReadWrite User.Read https://dod-graph.microsoft.us/Files.Read openid';

    expect(readMicrosoftTokenAnswer({ status: 200, body: { ...tokens, scope } })).toEqual({
      status: 200,
      body: { ...tokens, scope: 'Calendars.ReadWrite User.Read Files.Read openid' },
    });
  });

  it.each(['interaction_required', 'consent_required', 'login_required'])('is the last word on a grant when it says %s', (error) => {
    const body = { error, error_description: 'AADSTS50076: …', error_codes: [50076], suberror: 'basic_action' };

    expect(readMicrosoftTokenAnswer({ status: 400, body })).toEqual({ status: 400, body: { ...body, error: 'invalid_grant' } });
  });

  it.each([
    [400, { error: 'invalid_grant', error_description: 'AADSTS700082: …', error_codes: [700082] }],
    [401, { error: 'invalid_client', error_description: 'AADSTS7000215: …', error_codes: [7000215] }],
    [503, { error: 'temporarily_unavailable', error_description: 'AADSTS90033: …', error_codes: [90033] }],
    [200, tokens],
    [502, undefined],
    [500, { error: { code: 'generalException', message: 'words' } }],
    [200, 'no JSON object'],
  ])('is left as it is with HTTP %i and %j', (status, body) => {
    expect(readMicrosoftTokenAnswer({ status, body })).toEqual({ status, body });
  });
});
