import { fetch } from 'undici';
import { stack } from './whole-stack.js';

/** What the sandbox's pages say that has to be typed. */
interface SandboxProviders {
  readonly providers: readonly {
    readonly id: string;
    readonly accounts: readonly {
      readonly email: string;
      readonly collections: readonly { readonly id: string; readonly items: readonly { readonly id: string; readonly notes: readonly string[] }[] }[];
    }[];
  }[];
}

/** Reads off the sandbox what a person types to connect an account there, as somebody would who tries this out. */
export async function credentialsToType(provider: string, email: string): Promise<Record<string, string>> {
  const { providers: hosted } = (await (await fetch(`${stack.sandboxUrl}/control/providers`)).json()) as SandboxProviders;
  const account = hosted.find(({ id }) => id === provider)?.accounts.find((one) => one.email === email);
  const typed = account?.collections.filter(({ id }) => id === 'credentials') ?? [];
  return Object.fromEntries(typed.flatMap(({ items }) => items.map(({ id, notes: [value = ''] }) => [id, value] as const)));
}
