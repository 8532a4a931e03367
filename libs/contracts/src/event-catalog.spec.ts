import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { subjectOf } from './definitions/define-event.js';
import { requestSubjectOf } from './definitions/define-request.js';
import { eventCatalogLock } from './event-catalog-lock.js';
import { eventCatalog } from './event-catalog.js';
import { errorCatalog } from './errors.js';
import { routeCatalog } from './route-catalog.js';

const lockFile = join(import.meta.dirname, 'event-catalog.lock.json');
const bySubject = eventCatalog.map((contract) => [subjectOf(contract), contract] as const);

describe('the event catalogue', () => {
  it.each(bySubject)('%s accepts its own examples', (_subject, contract) => {
    for (const example of contract.examples) expect(contract.data.safeParse(example).error).toBeUndefined();
  });

  it.each(bySubject)('%s belongs to a user', (_subject, contract) => {
    for (const example of contract.examples) expect((contract.owner as (data: unknown) => string)(example)).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('gives every event its own subject, all of them under event.', () => {
    const subjects = eventCatalog.map(subjectOf);

    expect(new Set(subjects).size).toBe(subjects.length);
    expect(subjects.filter((subject) => !subject.startsWith('event.'))).toEqual([]);
  });

  it('keeps the shapes that were published: whoever changes one runs `npm run generate` and changes the lock with it', () => {
    expect(eventCatalogLock()).toBe(readFileSync(lockFile, 'utf8'));
  });
});

describe('the route catalogue', () => {
  it('answers each method and path with one request', () => {
    const names = routeCatalog.map((route) => `${route.method} ${route.path}`);

    expect(new Set(names).size).toBe(names.length);
  });

  it('asks under request. only, where no stream listens', () => {
    const subjects = routeCatalog.map((route) => requestSubjectOf(route.request));

    expect(subjects.filter((subject) => !subject.startsWith('request.'))).toEqual([]);
  });

  it('declares only failures that are in the catalogue', () => {
    const unknown = routeCatalog.flatMap((route) => route.request.errors).filter((code) => !Object.hasOwn(errorCatalog, code));

    expect(unknown).toEqual([]);
  });
});
