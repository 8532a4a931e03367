import { inspect } from 'node:util';
import type { Credentials, CredentialsCapability } from '../credentials.js';
import { failureOf, failurePromises, type ProviderSituations, type Revocation } from './situations.js';

/** An account at a running fake, and what opens it. */
export interface CredentialsHarness {
  readonly credentials: CredentialsCapability;
  /** What a person fills in who has an account. */
  readonly filled: Credentials;
  /** The same with a password or key that is not the account's. */
  readonly wrong: Credentials;
  readonly situations: ProviderSituations;
  stop(): Promise<void>;
}

const accountId = 'connection-1';

/** The promises in {@link CredentialsCapability}, checked against any provider that makes them. Wrong credentials are told of as withdrawn ones are. */
export const credentialsContract = (provider: string, start: () => Promise<CredentialsHarness>, revokedAs: Revocation = 'unauthorized'): void => {
  describe(`${provider}: credentials`, () => {
    let harness: CredentialsHarness;
    beforeEach(async () => (harness = await start()));
    afterEach(() => harness.stop());
    const check = (credentials: Credentials) => harness.credentials.check(harness.credentials.schema.parse(credentials), accountId);

    it('asks for fields that a form can show, and hides what is secret', () => {
      const { form } = harness.credentials;

      expect(form.filter(({ name }) => !/^[a-z][a-z0-9_]*$/.test(name))).toEqual([]);
      expect(new Set(form.map(({ name }) => name)).size).toBe(form.length);
      expect(form.filter(({ kind, is_secret: isSecret }) => (kind === 'password') !== isSecret && kind !== 'multiline')).toEqual([]);
      expect(form.filter(({ kind, options }) => (kind === 'choice') !== (options !== null))).toEqual([]);
      expect(form.some(({ is_secret: isSecret }) => isSecret)).toBe(true);
    });

    it('names every field that is missing, in words', () => {
      const { error } = harness.credentials.schema.safeParse({});
      const required = harness.credentials.form.filter(({ is_required: isRequired }) => isRequired).map(({ name }) => name);

      const issues = error?.issues ?? [];
      expect(issues.map(({ path }) => String(path[0]))).toEqual(expect.arrayContaining(required));
      expect(issues.filter(({ message }) => /expected|received|invalid input/i.test(message))).toEqual([]);
    });

    it('refuses a field that it does not ask for', () => {
      expect(harness.credentials.schema.safeParse({ ...harness.filled, nonsense: 'x' }).success).toBe(false);
    });

    it('never quotes what was typed', () => {
      const typed = Object.fromEntries(harness.credentials.form.map(({ name }) => [name, ' §very-secret§ ']));
      const { error } = harness.credentials.schema.safeParse(typed);

      expect(JSON.stringify(error?.issues ?? [])).not.toContain('very-secret');
    });

    it('keeps what can be kept again', () => {
      const kept = harness.credentials.schema.parse(harness.filled);

      expect(harness.credentials.schema.parse(kept)).toEqual(kept);
    });

    it('says whose account it is, by an id that stays', async () => {
      const [first, second] = [await check(harness.filled), await check(harness.filled)];

      expect(first).toMatchObject({ id: expect.stringMatching(/./) });
      expect(second).toEqual(first);
    });

    it('shows no secret in what it says about the account', async () => {
      const account = inspect(await check(harness.filled));

      expect(secretsOf(harness.filled).filter((secret) => account.includes(secret))).toEqual([]);
    });

    it(`reports wrong credentials as ${revokedAs}, and shows none of them`, async () => {
      const failure = await failureOf(check(harness.wrong));

      expect(failure).toMatchObject({ code: revokedAs, retryable: false });
      const shown = inspect(failure, { depth: 20, showHidden: true });
      expect([...secretsOf(harness.wrong), ...secretsOf(harness.filled)].filter((secret) => shown.includes(secret))).toEqual([]);
    });

    const secretsOf = (credentials: Credentials): readonly string[] =>
      harness.credentials.form.flatMap(({ name, is_secret: isSecret }) => (isSecret ? (credentials[name] ?? []) : []));

    failurePromises({
      name: 'checking',
      revokedAs,
      begin: async () => ({
        situations: harness.situations,
        token: { value: secretsOf(harness.filled).at(-1) ?? '' },
        call: () => check(harness.filled),
      }),
    });
  });
};
