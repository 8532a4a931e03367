import type { CredentialsCapability } from '@patchbay/capabilities';

type CredentialField = CredentialsCapability['form'][number];

type Described = Pick<CredentialField, 'name' | 'label'> & { readonly help?: string; readonly isRequired?: boolean };

const field = ({ name, label, help, isRequired = true }: Described, kind: CredentialField['kind'], is_secret: boolean): CredentialField => ({
  name,
  label,
  kind,
  is_required: isRequired,
  is_secret,
  help: help ?? null,
  options: null,
});

/** One line that anybody may see. */
export const textField = (described: Described): CredentialField => field(described, 'text', false);

/** An address that the person chooses. */
export const urlField = (described: Described): CredentialField => field(described, 'url', false);

/** A password or a key on one line. */
export const secretField = (described: Described): CredentialField => field(described, 'password', true);

/** A secret of several lines, such as a key file. */
export const secretTextField = (described: Described): CredentialField => field(described, 'multiline', true);

/** One of a few. */
export const choiceField = (described: Described, options: readonly string[]): CredentialField => ({
  ...field(described, 'choice', false),
  options: [...options],
});
