import { SingleBar } from 'cli-progress';

/** What every command can be told. */
export interface OutputOptions {
  readonly json?: boolean;
}

/** Where a command writes to. */
export interface Streams {
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** How far something is. */
export interface Progress {
  /** `percent` where the work is more than what is counted. */
  at(done: number, total: number, percent?: number): void;
  stop(): void;
}

const barsPerSecond = 10;
/** Where there is no terminal to draw on, a line now and then is enough. Percent. */
const lineEveryPercent = 10;

/** The terminal of one command: results go to standard output, as text or as JSON; everything else goes to standard error. */
export class Terminal {
  constructor(
    private readonly streams: Streams,
    private readonly options: OutputOptions,
  ) {}

  get isJson(): boolean {
    return this.options.json === true;
  }

  /** The result: one JSON document, or what `text` makes of it. */
  result<Value>(value: Value, text: (value: Value) => readonly string[]): void {
    const lines = this.isJson ? [JSON.stringify(value, null, 2)] : text(value);
    // JSON escapes what a terminal would obey.
    for (const line of lines) this.streams.out.write(`${this.isJson ? line : harmless(line)}\n`);
  }

  /** Something a person may want to know that is not the result. */
  note(line: string): void {
    this.streams.err.write(`${harmless(line)}\n`);
  }

  /** A bar on a terminal; elsewhere a line for every tenth. */
  progress(name: string): Progress {
    return this.streams.err.isTTY === true ? bar(name, this.streams.err) : lines(name, (line) => this.note(line));
  }
}

/**
 * Text of others without what a terminal obeys instead of showing: escape sequences, jumps to the beginning of a line, letters that run backwards.
 * Breaks between lines stay.
 */
const harmless = (text: string): string =>
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|\r(?!\n)/g, '\uFFFD');

const percentOf = (done: number, total: number): number => (total === 0 ? 100 : (100 * done) / total);

function bar(name: string, stream: NodeJS.WritableStream): Progress {
  const single = new SingleBar({ format: `${name} {bar} {percentage} %  {done} of {total_count}`, stream, fps: barsPerSecond, hideCursor: true });
  let isStarted = false;
  return {
    at: (done, total, percent = percentOf(done, total)) => {
      const counts = { done, total_count: total };
      if (!isStarted) single.start(100, percent, counts);
      isStarted = true;
      single.update(percent, counts);
    },
    stop: () => {
      if (isStarted) single.stop();
    },
  };
}

function lines(name: string, write: (line: string) => void): Progress {
  let told = -1;
  return {
    at: (done, total, percent = percentOf(done, total)) => {
      const step = Math.floor(percent / lineEveryPercent) * lineEveryPercent;
      if (step > told) write(`${name}: ${step} % (${done} of ${total})`);
      told = Math.max(told, step);
    },
    stop: () => undefined,
  };
}

/** Rows under their headings, as wide as they must be. */
export function table(headings: readonly string[], cells: readonly (readonly string[])[]): readonly string[] {
  // A cell with a line of its own would look like a row.
  const rows = cells.map((row) => row.map((cell) => cell.replace(/\s+/g, ' ')));
  const widths = headings.map((heading, column) => Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(headings), ...rows.map(line)];
}
