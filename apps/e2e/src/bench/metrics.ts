import { request } from 'undici';

/** The sum of a metric's samples that have these labels, as a process shows it now; 0 where there are none. */
export async function countOf(url: string | undefined, name: string, labels: Readonly<Record<string, string>>): Promise<number> {
  if (url === undefined) throw new Error(`there is no process that shows ${name}`);
  const { body } = await request(url);
  const lines = (await body.text()).split('\n').filter((line) => line.startsWith(`${name}{`));
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return lines.filter((line) => wanted.every((part) => line.includes(part))).reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
