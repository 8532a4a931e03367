import { fork } from 'node:child_process';
import { join } from 'node:path';

/** What a program can be asked, by name. */
type Questions = Readonly<Record<string, (input: never) => unknown>>;

/** A program of the benchmarks in a process of its own, so that nothing it does is paid for by what it is compared with. */
export interface Program<Api extends Questions> {
  readonly pid: number;
  ask<Name extends keyof Api & string>(name: Name, ...input: Parameters<Api[Name]>): Promise<Awaited<ReturnType<Api[Name]>>>;
  stop(): Promise<void>;
}

interface Question {
  readonly number: number;
  readonly name: string;
  readonly input: unknown;
}

interface Answer {
  readonly number: number;
  readonly value?: unknown;
  readonly fault?: string;
}

/** Starts one of the programs of this folder. */
export function startProgram<Api extends Questions>(name: string): Program<Api> {
  const child = fork(join(import.meta.dirname, `${name}.js`), { serialization: 'advanced', execArgv: ['--enable-source-maps'] });
  const waiting = new Map<number, { readonly resolve: (value: never) => void; readonly reject: (error: Error) => void }>();
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let asked = 0;
  child.on('message', ({ number, value, fault }: Answer) => {
    const asker = waiting.get(number);
    waiting.delete(number);
    if (fault === undefined) asker?.resolve(value as never);
    else asker?.reject(new Error(`${name}: ${fault}`));
  });
  child.once('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`${name} ended with ${code}`));
  });
  return {
    pid: child.pid ?? 0,
    ask: (question, ...[input]) =>
      new Promise((resolve, reject) => {
        asked += 1;
        waiting.set(asked, { resolve, reject });
        child.send({ number: asked, name: question, input } satisfies Question);
      }),
    stop: async () => {
      child.kill();
      await gone;
    },
  };
}

/** Makes this process such a program; it ends with whoever started it. */
export function serve(api: Questions): void {
  process.on('disconnect', () => process.exit());
  process.on('message', ({ number, name, input }: Question) => {
    void (async () => api[name]?.(input as never))().then(
      (value) => process.send?.({ number, value } satisfies Answer),
      (error: unknown) => process.send?.({ number, fault: error instanceof Error ? error.message : String(error) } satisfies Answer),
    );
  });
}
