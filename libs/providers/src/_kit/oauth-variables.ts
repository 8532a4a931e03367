import { z } from 'zod';

/** The variables that every OAuth provider has, under its own prefix. */
interface OAuthVariables {
  readonly CLIENT_ID: z.ZodString;
  readonly CLIENT_SECRET: z.ZodString;
  readonly REDIRECT_URI: z.ZodOptional<z.ZodURL>;
  readonly SCOPES: z.ZodOptional<z.ZodString>;
  readonly API_BASE_URL: z.ZodDefault<z.ZodURL>;
  readonly AUTH_BASE_URL: z.ZodDefault<z.ZodURL>;
}

/** What {@link oauthVariables} are called and default to. */
export interface OAuthVariablesOptions {
  /** As an operator calls the provider. */
  readonly name: string;
  readonly apiBaseUrl: string;
  readonly authBaseUrl: string;
}

/** `WEBEX_CLIENT_ID`, `WEBEX_CLIENT_SECRET`, `WEBEX_REDIRECT_URI`, `WEBEX_SCOPES`, `WEBEX_API_BASE_URL` and `WEBEX_AUTH_BASE_URL`, for the prefix `WEBEX`. */
export const oauthVariables = <const Prefix extends string>(
  prefix: Prefix,
  { name, apiBaseUrl, authBaseUrl }: OAuthVariablesOptions,
): z.ZodObject<{ [Key in keyof OAuthVariables as `${Prefix}_${Key}`]: OAuthVariables[Key] }> => {
  const variables: OAuthVariables = {
    CLIENT_ID: z.string().min(1).describe(`Client id of the ${name} app.`),
    CLIENT_SECRET: z.string().min(1).describe('Client secret that belongs to it.'),
    REDIRECT_URI: z.url().optional().describe('Redirect URI registered with the app; added to the allow list.'),
    SCOPES: z.string().min(1).optional().describe('Scopes to ask for, separated by spaces, instead of the built-in ones.'),
    API_BASE_URL: z.url().default(apiBaseUrl).describe(`Where ${name}'s API is; a sandbox or a proxy can stand in.`),
    AUTH_BASE_URL: z.url().default(authBaseUrl).describe(`Where ${name}'s consent page is.`),
  };
  const entries = Object.entries(variables).map(([key, variable]) => [`${prefix}_${key}`, variable]);
  return z.object(Object.fromEntries(entries)) as never;
};

/** Scopes as an operator writes them into a variable. */
export const scopesOf = (variable: string | undefined, builtIn: readonly string[]): readonly string[] => variable?.trim().split(/[\s,]+/) ?? builtIn;

/** A base URL that paths can be put behind. */
export const withoutSlash = (url: string): string => url.replace(/\/+$/, '');
