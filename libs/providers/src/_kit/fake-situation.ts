import { z } from 'zod';

/** A situation that only one provider knows, beside those that all of them can be brought into. */
export interface FakeSituation {
  /** In the address of the sandbox's control API, such as `daily-limit`. */
  readonly name: string;
  /** What has to be sent along. */
  readonly input: z.ZodType;
  /** Ways to bring it about by hand: what a button says, and what it sends. */
  readonly buttons: readonly { readonly label: string; readonly input: unknown }[];
  /** What a button beside each account says; it sends the account's `email`. Null where the situation is nobody's in particular. */
  readonly accountButton: string | null;
  /** @param input what came out of the schema */
  begin(input: unknown): void;
}

/** A situation whose `begin` takes what its schema gives. */
export const fakeSituation = <Schema extends z.ZodType>(
  situation: Omit<FakeSituation, 'input' | 'begin' | 'buttons' | 'accountButton'> & {
    readonly input: Schema;
    readonly buttons?: readonly { readonly label: string; readonly input: z.input<Schema> }[];
    readonly accountButton?: string;
    begin(input: z.output<Schema>): void;
  },
): FakeSituation => ({ buttons: [], accountButton: null, ...situation });

/** For situations that nothing has to be said about. */
export const noInput = z.strictObject({});

/** For situations of one account. */
export const accountInput = z.strictObject({ email: z.string().min(1) });
