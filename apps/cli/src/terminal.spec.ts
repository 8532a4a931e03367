import { PassThrough } from 'node:stream';
import { table, Terminal } from './terminal.js';

const hostile = '\u001b[2J\u001b]0;mine\u0007 \u009b31m a\rb \u202egnp.exe \u0000';

function terminal(json: boolean) {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const said = (stream: PassThrough): string => String(stream.read() ?? '');
  return { terminal: new Terminal({ out, err }, { json }), out: () => said(out), err: () => said(err) };
}

describe('a terminal', () => {
  it('obeys nothing that others wrote, in results and notes', () => {
    const { terminal: one, out, err } = terminal(false);
    one.result(hostile, (text) => [text]);
    one.note(hostile);

    for (const shown of [out(), err()]) expect(shown).toBe('\uFFFD[2J\uFFFD]0;mine\uFFFD \uFFFD31m a\uFFFDb \uFFFDgnp.exe \uFFFD\n');
  });

  it('shows what people write as it is, whole documents too', () => {
    const { terminal: one, out } = terminal(false);
    const text = 'id,event\r\n1,"Démo 🎉 李\tא"\n';
    one.result(text, () => [text]);

    expect(out()).toBe(`${text}\n`);
  });

  it('says in JSON exactly what there is, in letters that do nothing', () => {
    const { terminal: one, out } = terminal(true);
    one.result({ name: hostile }, () => []);
    const shown = out();

    expect(JSON.parse(shown)).toEqual({ name: hostile });
    expect(shown).not.toContain('\u001b');
  });

  it('keeps each row of a table one line', () => {
    const rows = table(['ID', 'NAME'], [['1', 'mine\n2   yours\r\n3']]);

    expect(rows).toEqual(['ID  NAME', '1   mine 2 yours 3']);
  });
});
