import { FernetError, openFernet } from './fernet.js';

// The vectors of https://github.com/fernet/spec: generate.json and verify.json have the same token, the others are those of invalid.json.
const key = Buffer.from('cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=', 'base64url');
const hello = 'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==';
const other = Buffer.alloc(32, 7);

describe('openFernet', () => {
  it('opens the token of the specification', () => {
    expect(openFernet(hello, [key])).toBe('hello');
  });

  it('tries every key there is', () => {
    expect(openFernet(hello, [other, key])).toBe('hello');
    expect(() => openFernet(hello, [other])).toThrow(FernetError);
    expect(() => openFernet(hello, [])).toThrow(FernetError);
  });

  it('does not mind how old a token is: the one that the specification calls expired opens, and is empty', () => {
    const expired = 'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==';

    expect(openFernet(expired, [key])).toBe('');
  });

  it.each([
    ['with an incorrect mac', 'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykQUFBQUFBQUFBQQ=='],
    ['that is too short', 'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPA=='],
    ['that is no base64', '%%%%%%%%%%%%%AECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q=='],
    ['whose payload is no multiple of a block', 'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPOm73QeoCk9uGib28Xe5vz6oxq5nmxbx_v7mrfyudzUm'],
    ['whose padding is wrong', 'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0ODz4LEpdELGQAad7aNEHbf-JkLPIpuiYRLQ3RtXatOYREu2FWke6CnJNYIbkuKNqOhw=='],
    ['whose IV is wrong', 'gAAAAAAdwJ6xBQECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAkLhFLHpGtDBRLRTZeUfWgHSv49TF2AUEZ1TIvcZjK1zQ=='],
    ['of another version', `gQ${hello.slice(2)}`],
    ['that is empty', ''],
    ['that is plain', 'ya29.a0AfH6SMB'],
  ])('refuses a token %s', (_, token) => {
    expect(() => openFernet(token, [key])).toThrow(FernetError);
  });
});
