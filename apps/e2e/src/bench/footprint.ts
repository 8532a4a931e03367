import { readdirSync, readFileSync } from 'node:fs';
import type { BenchStack } from './bench-stack.js';
import { beside, verdict, type Figure } from './figure.js';

/** What a user of Patchbay runs; the sandbox, NATS and PostgreSQL are shown beside them. */
const services = ['gateway', 'auth', 'calendar', 'video', 'webhooks'];
const mebibyte = 2 ** 20;
const secondsMax = 20;
const bytesMax = 1.2e9;

/** P8: how long the whole stack takes to be ready, and what it holds in memory after the load before. */
export function measureFootprint({ stack, secondStartMs }: BenchStack): readonly Figure[] {
  const pids = stack.pids();
  const bytesOf = (name: string): number => (pids[name] === undefined ? NaN : residentBytes(pids[name]));
  const inMebibytes = (name: string, bytes: number): string => `${name} ${Math.round(bytes / mebibyte)}`;
  const total = services.reduce((sum, name) => sum + bytesOf(name), 0);
  const postgres =
    pids['postgres'] === undefined ? NaN : [pids['postgres'], ...childrenOf(pids['postgres'])].map(sharedFairly).reduce((a, b) => a + b);
  return [
    {
      id: 'P8',
      what: 'start of the installed, built stack until everything is ready, its data being there',
      value: `${(secondStartMs / 1_000).toFixed(1)} s`,
      target: `≤ ${secondsMax} s`,
      verdict: verdict(secondStartMs <= secondsMax * 1_000),
    },
    {
      id: 'P8',
      what: 'resident memory of the five services after the load of P1 (MiB)',
      value: `${Math.round(total / mebibyte)} (${services.map((name) => inMebibytes(name, bytesOf(name))).join(', ')})`,
      target: `≤ ${Math.round(bytesMax / mebibyte)}`,
      verdict: verdict(total <= bytesMax),
    },
    beside(
      'P8',
      'beside them (MiB)',
      ['sandbox', 'nats']
        .map((name) => inMebibytes(name, bytesOf(name)))
        .concat(inMebibytes('postgres', postgres))
        .join(', '),
    ),
  ];
}

/** What a process holds in memory at this moment. */
export const residentBytes = (pid: number): number => kilobytes(`/proc/${pid}/status`, 'VmRSS') * 1_024;

/** PostgreSQL's processes share most of what each of them shows as resident; `Pss` divides it among them. proc(5) */
const sharedFairly = (pid: number): number => kilobytes(`/proc/${pid}/smaps_rollup`, 'Pss') * 1_024;

function kilobytes(file: string, field: string): number {
  return numberIn(file, new RegExp(`^${field}:\\s+(\\d+) kB`, 'm')) ?? 0;
}

function childrenOf(parent: number): readonly number[] {
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  return pids.map(Number).filter((pid) => numberIn(`/proc/${pid}/status`, /^PPid:\s+(\d+)/m) === parent);
}

function numberIn(file: string, pattern: RegExp): number | undefined {
  try {
    const found = pattern.exec(readFileSync(file, 'utf8'))?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    // PostgreSQL starts and ends processes as it likes: this one ended since it was listed.
    return undefined;
  }
}
