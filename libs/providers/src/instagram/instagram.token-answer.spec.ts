import { readInstagramTokenAnswer as read } from './instagram.token-answer.js';

// Shapes after the pages that the reader links to, and after answers that people quote.
describe('a token answer of Instagram', () => {
  const standard = { status: 200, body: { token_type: 'bearer', access_token: 'IGAA1', scope: 'instagram_business_basic instagram_business_x' } };

  it.each([
    ['flat, with a list', { access_token: 'IGAA1', user_id: 17_841, permissions: ['instagram_business_basic', 'instagram_business_x'] }],
    ['flat, with one text', { access_token: 'IGAA1', user_id: '17841', permissions: 'instagram_business_basic,instagram_business_x' }],
    ['inside of data', { data: [{ access_token: 'IGAA1', user_id: '17841', permissions: 'instagram_business_basic,instagram_business_x' }] }],
  ])('is a standard one when it comes %s', (_, body) => {
    expect(read({ status: 200, body })).toEqual(standard);
  });

  it('keeps the life of a long one, and says nothing of permissions that it does not name', () => {
    const body = { access_token: 'IGAA2', token_type: 'bearer', expires_in: 5_183_944 };

    expect(read({ status: 200, body })).toEqual({ status: 200, body });
  });

  const graph = (code: number, message = '', type = 'OAuthException') => ({ error: { message, type, code, fbtrace_id: 'A1' } });
  const login = (error_message: string, error_type = 'OAuthException', code = 400) => ({ error_type, code, error_message });

  it.each<[string, number, object, string]>([
    ['a used code', 400, login('Matching code was not found or was already used.'), 'invalid_grant'],
    ['a code that was used', 400, login('This authorization code has been used'), 'invalid_grant'],
    ['another redirect URI', 400, login('Error validating verification code. Please make sure your redirect_uri is identical'), 'invalid_grant'],
    ['an unknown app', 400, login('Invalid platform app'), 'invalid_client'],
    ['a wrong secret', 400, login('Error validating client secret.'), 'invalid_client'],
    ['a missing parameter', 400, login('Invalid redirect_uri'), 'invalid_request'],
    ['a dead token', 400, graph(190, 'Error validating access token: Session has expired.'), 'invalid_grant'],
    ['a dead token, answered as a success', 200, graph(190), 'invalid_grant'],
    ['a session that is over', 400, graph(452, 'Session key invalid.'), 'invalid_grant'],
    ['a wrong secret at the Graph API', 400, graph(1, 'Error validating client secret.'), 'invalid_client'],
    ['a token that is too young', 400, graph(100, 'too young', 'IGApiException'), 'invalid_request'],
    ['a missing permission', 403, graph(10), 'invalid_request'],
  ])('says of %s what RFC 6749 has for it', (_, status, body, error) => {
    expect(read({ status, body })).toEqual({ status: 400, body: { error } });
  });

  it.each<[string, number, object]>([
    ['too many calls', 400, graph(4, '(#4) Application request limit reached')],
    ['too many calls at the login host', 429, login('Rate limit', 'OAuthRateLimitException', 429)],
    ['trouble of its own', 500, graph(2)],
    ['something unknown', 400, graph(1, 'An unknown error occurred')],
  ])('takes %s for no last word', (_, status, body) => {
    expect(read({ status, body })).toEqual({ status: 503, body: { error: 'temporarily_unavailable' } });
  });

  it.each([{ data: [] }, { data: [{}] }, {}, [], null, 'no'])('leaves %j as it is', (body) => {
    expect(read({ status: 200, body })).toEqual({ status: 200, body });
  });
});
