import { providers } from '@patchbay/providers';

type Known = (typeof providers)[number];

/** The manifest of one provider, with its own types. */
export const manifestOf = <Id extends Known['id']>(id: Id): Extract<Known, { readonly id: Id }> => {
  const manifest = providers.find((provider) => provider.id === id);
  if (manifest === undefined) throw new Error(`unreachable: the registry has no ${id}`);
  // The registry holds each id once.
  return manifest as Extract<Known, { readonly id: Id }>;
};
