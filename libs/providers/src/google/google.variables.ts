import { z } from 'zod';

/** Where Google's APIs are unless an operator says otherwise. */
export const publicApiHost = 'https://www.googleapis.com';

interface GoogleBaseUrls {
  readonly API_BASE_URL: z.ZodOptional<z.ZodURL>;
  readonly AUTH_BASE_URL: z.ZodOptional<z.ZodURL>;
  readonly TOKEN_BASE_URL: z.ZodOptional<z.ZodURL>;
}

/** `GOOGLE_DRIVE_API_BASE_URL`, `GOOGLE_DRIVE_AUTH_BASE_URL` and `GOOGLE_DRIVE_TOKEN_BASE_URL`, for the prefix `GOOGLE_DRIVE`. */
export const googleBaseUrls = <const Prefix extends string>(
  prefix: Prefix,
): { [Key in keyof GoogleBaseUrls as `${Prefix}_${Key}`]: GoogleBaseUrls[Key] } => {
  const urls: GoogleBaseUrls = {
    API_BASE_URL: z.url().optional().describe('Where the API is. Default: GOOGLE_API_BASE_URL.'),
    AUTH_BASE_URL: z.url().optional().describe('Where the consent page is. Default: GOOGLE_AUTH_BASE_URL.'),
    TOKEN_BASE_URL: z.url().optional().describe('Where the token endpoint is. Default: GOOGLE_TOKEN_BASE_URL.'),
  };
  return Object.fromEntries(Object.entries(urls).map(([key, variable]) => [`${prefix}_${key}`, variable])) as never;
};

/** Whoever points Google at a sandbox points the whole family there. */
export const googleBaseUrlFallbacks = (prefix: string): Readonly<Record<string, string>> => ({
  [`${prefix}_API_BASE_URL`]: 'GOOGLE_API_BASE_URL',
  [`${prefix}_AUTH_BASE_URL`]: 'GOOGLE_AUTH_BASE_URL',
  [`${prefix}_TOKEN_BASE_URL`]: 'GOOGLE_TOKEN_BASE_URL',
});
