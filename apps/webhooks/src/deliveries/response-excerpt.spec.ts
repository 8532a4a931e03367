import { withoutSent } from './response-excerpt.js';

describe('an answer that echoes what it got', () => {
  const headers = ['authorization', 'Bearer "quoted" secret', 'x-team', 'a'];

  it('is kept without the values of headers', () => {
    expect(withoutSent('got Bearer "quoted" secret, thanks', headers)).toBe('got [sent by us], thanks');
  });

  it('is kept without them in JSON as well', () => {
    const excerpt = withoutSent(JSON.stringify({ headers: { authorization: headers[1] } }), headers);

    expect(excerpt).toBe('{"headers":{"authorization":"[sent by us]"}}');
  });

  it('keeps names of headers, short words and everything else', () => {
    expect(withoutSent('authorization a x-team', headers)).toBe('authorization a x-team');
    expect(withoutSent(null, headers)).toBeNull();
  });
});
