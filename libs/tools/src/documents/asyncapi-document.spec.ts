import { eventCatalog, subjectOf } from '@patchbay/contracts';
import { asyncApiDocument } from './asyncapi-document.js';

const text = asyncApiDocument().content;
const document = JSON.parse(text) as { readonly channels: Readonly<Record<string, { readonly address: string }>> };

/** Follows `#/a/b` through the document. */
const resolve = (reference: string): unknown =>
  reference
    .slice(2)
    .split('/')
    .reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>> | undefined)?.[key], document);

describe('the AsyncAPI document', () => {
  it('has one channel for every event', () => {
    expect(Object.values(document.channels).map(({ address }) => address)).toEqual(eventCatalog.map(subjectOf));
  });

  it('points nowhere but into itself', () => {
    const references = [...text.matchAll(/"\$ref": "([^"]+)"/g)].map(([, reference]) => reference ?? '');

    expect(references.length).toBeGreaterThan(eventCatalog.length);
    expect(references.filter((reference) => resolve(reference) === undefined)).toEqual([]);
  });
});
