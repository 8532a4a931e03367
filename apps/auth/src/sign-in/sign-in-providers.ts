import type { OAuthCapability } from '@patchbay/capabilities';
import { Strategy as DiscordStrategy } from 'passport-discord';
import { Strategy as GithubStrategy } from 'passport-github2';
import { Strategy as GoogleStrategy } from 'passport-google-oauth20';
import { Strategy as MicrosoftStrategy } from 'passport-microsoft';
import { z } from 'zod';
import type { AccountDetails } from '../identities/identities.repository.js';
import type { PassportOptions, PassportStrategy, PassportVerify } from './headless-passport.js';

/** Variables by name. */
export type Variables = Readonly<Record<string, unknown>>;

export interface SignedInAccount extends AccountDetails {
  readonly accountId: string;
}

/** A provider whose accounts people can sign in with, and what is particular about its passport strategy. */
export interface SignInProvider {
  /** As it is called in paths. */
  readonly name: string;
  /** As the registry of providers calls the client that signs people in. */
  readonly registryId: string;
  /** In place of what the capability asks for, when nothing is kept of what the person allows. */
  readonly signInOptions: Readonly<Record<string, string>>;
  strategy(options: PassportOptions, variables: Variables, verify: PassportVerify): PassportStrategy;
  /** Undefined when the provider's answer names no account. */
  read(profile: unknown, variables: Variables): SignedInAccount | undefined;
}

const addressText = z.email().max(320).nullish().catch(null);
const nameText = z
  .string()
  .transform((text) => text.trim().slice(0, 200))
  .nullish()
  .catch(null);

/**
 * Whoever runs a tenant makes up the addresses in it, so only those of one that the operator chose are believed. The last is every personal account.
 * https://www.descope.com/blog/post/noauth https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference#payload-claims
 */
const manyTenants: ReadonlySet<string> = new Set(['', 'common', 'organizations', 'consumers', '9188040d-6c67-4c5b-b112-36a304b66dad']);

const apiBaseUrl = (variables: Variables, ...names: readonly string[]): string | undefined => {
  const value = names.map((variable) => variables[variable]).find((url) => typeof url === 'string');
  return typeof value === 'string' ? value.replace(/\/+$/, '') : undefined;
};

// https://developers.google.com/identity/openid-connect/openid-connect#obtainuserinfo
const googleProfile = z.object({
  _json: z.object({
    sub: z.string().min(1),
    email: addressText,
    email_verified: z.union([z.boolean(), z.stringbool()]).nullish().catch(null),
    name: nameText,
  }),
});

const google: SignInProvider = {
  name: 'google',
  registryId: 'google_sign_in',
  // Nobody need consent again each time they sign in, and a refresh token would be thrown away.
  signInOptions: { accessType: 'online', prompt: 'select_account' },
  strategy: (options, variables, verify) => {
    const base = apiBaseUrl(variables, 'GOOGLE_OAUTH_API_BASE_URL', 'GOOGLE_API_BASE_URL') ?? 'https://www.googleapis.com';
    return made(new GoogleStrategy({ ...options, callbackURL: '', userProfileURL: `${base}/oauth2/v3/userinfo` } as never, verify as never));
  },
  read: (profile) => {
    const { sub, email = null, email_verified, name = null } = googleProfile.safeParse(profile).data?._json ?? {};
    return sub === undefined ? undefined : { accountId: sub, email, emailVerified: email_verified === true, name };
  },
};

// https://discord.com/developers/docs/resources/user#user-object
const discordProfile = z.object({
  id: z.string().min(1),
  email: addressText,
  verified: z.boolean().nullish().catch(null),
  global_name: nameText,
  username: nameText,
});

const discordHost = 'https://discord.com';

const discord: SignInProvider = {
  name: 'discord',
  registryId: 'discord',
  signInOptions: {},
  strategy: (options, variables, verify) => {
    const strategy = made(new DiscordStrategy({ ...options, callbackURL: '' } as never, verify as never));
    const base = apiBaseUrl(variables, 'DISCORD_API_BASE_URL') ?? discordHost;
    const { get } = strategy._oauth2;
    // The package has the host of the API in its code.
    strategy._oauth2.get = function (url, accessToken, callback) {
      get.call(this, url.replace(discordHost, base), accessToken, callback);
    };
    return strategy;
  },
  read: (profile) => {
    const read = discordProfile.safeParse(profile).data;
    if (read === undefined) return undefined;
    return { accountId: read.id, email: read.email ?? null, emailVerified: read.verified === true, name: read.global_name ?? read.username ?? null };
  },
};

// https://docs.github.com/en/rest/users/emails#list-email-addresses-for-the-authenticated-user
const githubProfile = z.object({
  id: z.string().min(1),
  displayName: nameText,
  username: nameText,
  emails: z
    .array(z.object({ value: addressText, primary: z.boolean().nullish(), verified: z.boolean().nullish() }))
    .nullish()
    .catch([]),
});

const github: SignInProvider = {
  name: 'github',
  registryId: 'github',
  signInOptions: {},
  strategy: (options, variables, verify) => {
    const base = apiBaseUrl(variables, 'GITHUB_API_BASE_URL') ?? 'https://api.github.com';
    const urls = { userProfileURL: `${base}/user`, userEmailURL: `${base}/user/emails` };
    return made(new GithubStrategy({ ...options, ...urls, callbackURL: '', allRawEmails: true } as never, verify as never));
  },
  read: (profile) => {
    const read = githubProfile.safeParse(profile).data;
    if (read === undefined) return undefined;
    const primary = read.emails?.find((email) => email.primary === true);
    const name = read.displayName ?? read.username ?? null;
    return { accountId: read.id, email: primary?.value ?? null, emailVerified: primary?.verified === true, name };
  },
};

// https://learn.microsoft.com/graph/api/user-get
const microsoftProfile = z.object({
  _json: z.object({ id: z.string().min(1), mail: addressText, userPrincipalName: addressText, displayName: nameText }),
});

const microsoft: SignInProvider = {
  name: 'microsoft',
  registryId: 'microsoft',
  signInOptions: {},
  strategy: (options, variables, verify) => {
    const apiEntryPoint = apiBaseUrl(variables, 'MICROSOFT_API_BASE_URL') ?? 'https://graph.microsoft.com';
    return made(new MicrosoftStrategy({ ...options, apiEntryPoint }, verify));
  },
  read: (profile, variables) => {
    const { id, mail, userPrincipalName, displayName = null } = microsoftProfile.safeParse(profile).data?._json ?? {};
    if (id === undefined) return undefined;
    const tenant = String(variables['MICROSOFT_TENANT_ID'] ?? '').toLowerCase();
    // Personal accounts have their address in the principal name only.
    const email = mail ?? userPrincipalName ?? null;
    return { accountId: id, email, emailVerified: email !== null && !manyTenants.has(tenant), name: displayName };
  },
};

/** The published types know less of a strategy than it has. */
const made = (strategy: object): PassportStrategy => strategy as PassportStrategy;

const all: readonly SignInProvider[] = [google, discord, github, microsoft];

/** Undefined for a provider that signs nobody in. */
export const signInProviderOf = (providerName: string): SignInProvider | undefined => all.find((provider) => provider.name === providerName);

/** What is asked for to link an account. */
export const linkScopesOf = ({ scopes }: OAuthCapability): readonly string[] => scopes.authentication ?? [];

/** What is asked for to learn who signs in: nothing that lasts. https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess */
export const signInScopesOf = (oauth: OAuthCapability): readonly string[] => linkScopesOf(oauth).filter((scope) => scope !== 'offline_access');
