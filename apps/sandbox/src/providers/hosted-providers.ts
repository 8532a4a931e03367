import {
  answerWithFaults,
  createAppleFake,
  createAzureBlobFake,
  createCaldavFake,
  createDiscordFake,
  createDropboxFake,
  createFakeFaults,
  createGcsFake,
  createGithubFake,
  createGoogleFake,
  createIcsFake,
  createInstagramFake,
  createMailgunFake,
  createMicrosoftFake,
  createPaypalFake,
  createS3Fake,
  createSendgridFake,
  createStripeFake,
  createWebexFake,
  createZoomFake,
  readFakeRequest,
  sendFakeResponse,
  type FakeFaults,
  type FakeLedger,
  type ProviderFake,
} from '@patchbay/providers/testing';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A fake below a path of its own, with its faults. */
export interface HostedProvider {
  readonly id: string;
  readonly fake: ProviderFake;
  readonly faults: FakeFaults;
  /** Requests that reached it so far. */
  requestCount: number;
}

/** Every provider of the sandbox. */
export interface HostedProviders {
  all(): readonly HostedProvider[];
  find(id: string): HostedProvider | null;
  /** Answers when the path belongs to a provider; false leaves the request alone. */
  answer(incoming: IncomingMessage, outgoing: ServerResponse): boolean;
}

export const hostProviders = (now: () => Date, ledger: FakeLedger): HostedProviders => {
  const parts = { now, ledger };
  // One line for each fake, in the order of the pages.
  const fakes: readonly ProviderFake[] = [
    createGoogleFake(parts),
    createZoomFake(parts),
    createInstagramFake(parts),
    createMicrosoftFake(parts),
    createWebexFake(parts),
    createDropboxFake(parts),
    createGithubFake(parts),
    createDiscordFake(parts),
    createAppleFake(),
    createCaldavFake(),
    createIcsFake(parts),
    // These compare the time of each call with their own clock, which therefore does not move with the sandbox's.
    createS3Fake(),
    createAzureBlobFake(),
    createGcsFake(),
    createStripeFake(),
    createPaypalFake(),
    createSendgridFake(),
    createMailgunFake(),
  ];
  const hosted: readonly HostedProvider[] = fakes.map((fake) => ({ id: fake.id, fake, faults: createFakeFaults(), requestCount: 0 }));
  const byId = new Map(hosted.map((provider) => [provider.id, provider]));

  return {
    all: () => hosted,
    find: (id) => byId.get(id) ?? null,
    answer: (incoming, outgoing) => {
      const id = /^\/([a-z0-9_]+)\//.exec(incoming.url ?? '')?.[1];
      const provider = id === undefined ? undefined : byId.get(id);
      if (provider === undefined) return false;
      provider.requestCount += 1;
      answerAs(provider, incoming, outgoing).catch(() => outgoing.destroy());
      return true;
    },
  };
};

const answerAs = async ({ id, fake, faults }: HostedProvider, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
  const request = await readFakeRequest(incoming, { prefix: `/${id}` });
  sendFakeResponse(outgoing, await answerWithFaults(fake, faults, request));
};
