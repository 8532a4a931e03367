import { seconds } from './process.mjs';

/** Shows that something takes its time: one line that counts in a terminal, one every ten seconds in a log. */
export async function withProgress(title, work) {
  const startedAt = performance.now();
  const isTerminal = process.stdout.isTTY === true;
  const show = () => (isTerminal ? process.stdout.write(`\r${title} … ${seconds(startedAt)} `) : console.log(`${title} … ${seconds(startedAt)}`));
  show();
  const timer = setInterval(show, isTerminal ? 500 : 10_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    console.log(`${isTerminal ? '\r' : ''}${title}: ${seconds(startedAt)}        `.trimEnd());
  }
}
