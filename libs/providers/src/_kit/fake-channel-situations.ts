import { z } from 'zod';
import { accountInput, fakeSituation, type FakeSituation } from './fake-situation.js';

/** What can go wrong with the channels by which a provider calls back. */
export interface FakeChannelTroubles {
  /** Those of an account die, and nobody is told. */
  drop(email: string): void;
  /** The notices of an account are lost on their way, or no longer. */
  mute(email: string, isMuted: boolean): void;
}

/** The situations of channels, for the sandbox. */
export const channelSituations = (channels: FakeChannelTroubles): readonly FakeSituation[] => [
  fakeSituation({
    name: 'drop-channels',
    input: accountInput,
    accountButton: 'Let its channels die silently',
    begin: ({ email }) => channels.drop(email),
  }),
  fakeSituation({
    name: 'mute-channels',
    input: z.strictObject({ email: z.string().min(1), is_muted: z.boolean().default(true) }),
    accountButton: 'Lose the notices of its channels',
    begin: ({ email, is_muted: isMuted }) => channels.mute(email, isMuted),
  }),
];
