import { randomUUID } from 'node:crypto';
import type { AccessToken } from '../access-token.js';
import type { MeetingPlan, VideoCapability } from '../video.js';
import { failureOf, failurePromises, type ProviderSituations } from './situations.js';

/** A meeting at the provider, as its host sees it. */
export interface SeenMeeting {
  readonly id: string;
  readonly title: string;
  readonly startTime: string;
}

/** A meeting account at a running fake. */
export interface VideoHarness {
  readonly video: VideoCapability;
  readonly token: AccessToken;
  readonly situations: ProviderSituations;
  /** The account's meetings now. */
  seen(): readonly SeenMeeting[];
  /** Requests that reached the provider. */
  requestCount(): number;
  stop(): Promise<void>;
}

/** A meeting with a new key; a test mentions only what it is about. */
export const aMeetingPlan = (plan: Partial<MeetingPlan> = {}): MeetingPlan => ({
  key: randomUUID(),
  title: 'Consultation',
  description: 'Bring the papers.',
  startTime: '2027-03-01T10:00:00+01:00',
  endTime: '2027-03-01T10:30:00+01:00',
  timeZone: 'Europe/Berlin',
  ...plan,
});

/** The promises in {@link VideoCapability}, checked against any provider that makes them. */
export const videoContract = (provider: string, start: () => Promise<VideoHarness>): void => {
  describe(`${provider}: video`, () => {
    let harness: VideoHarness;
    beforeEach(async () => (harness = await start()));
    afterEach(() => harness.stop());
    const create = (plan: MeetingPlan) => harness.video.createMeeting(harness.token, plan);
    const find = (plan: MeetingPlan) => harness.video.findMeeting(harness.token, plan.key, plan.startTime);

    it('makes a meeting with a link at the wanted time', async () => {
      const meeting = await create(aMeetingPlan());

      expect(new URL(meeting.joinUrl).protocol).toMatch(/^https?:$/);
      expect(harness.seen()).toEqual([expect.objectContaining({ id: meeting.id, title: 'Consultation' })]);
      expect(Date.parse(harness.seen()[0]?.startTime ?? '')).toBe(Date.parse('2027-03-01T09:00:00Z'));
    });

    it('finds a meeting by its key, and nothing by another', async () => {
      const plan = aMeetingPlan();
      await create(aMeetingPlan());
      const meeting = await create(plan);

      expect(await find(plan)).toEqual(meeting);
      expect(await find(aMeetingPlan())).toBeNull();
    });

    it('says that the outcome is unknown when the answer is lost, and finds the meeting then', async () => {
      const plan = aMeetingPlan();
      harness.situations.dropAfterExecuting(1);

      const failure = await failureOf(create(plan));

      expect(failure).toMatchObject({ code: 'unavailable', outcomeUnknown: true });
      expect(harness.seen()).toHaveLength(1);
      expect(await find(plan)).toMatchObject({ id: harness.seen()[0]?.id });
    });

    it.each([429, 500, 503])('sends a creation once, also when it is answered with %i', async (status) => {
      const before = harness.requestCount();
      harness.situations.failNext({ status, count: 1 });

      await failureOf(create(aMeetingPlan()));

      expect(harness.requestCount() - before).toBe(1);
    });

    it('moves a meeting; its link and its key stay', async () => {
      const plan = aMeetingPlan();
      const meeting = await create(plan);

      await harness.video.updateMeeting(harness.token, meeting.id, {
        ...plan,
        title: 'Moved',
        startTime: '2027-03-01T12:00:00+01:00',
        endTime: '2027-03-01T13:00:00+01:00',
      });

      expect(await find(plan)).toEqual(meeting);
      expect(harness.seen()).toEqual([expect.objectContaining({ title: 'Moved' })]);
      expect(Date.parse(harness.seen()[0]?.startTime ?? '')).toBe(Date.parse('2027-03-01T11:00:00Z'));
    });

    it('finds nothing to update after a deletion', async () => {
      const meeting = await create(aMeetingPlan());
      await harness.video.deleteMeeting(harness.token, meeting.id);

      expect(await failureOf(harness.video.updateMeeting(harness.token, meeting.id, aMeetingPlan()))).toMatchObject({ code: 'not_found' });
    });

    it('deletes a meeting; one that is gone already is success', async () => {
      const plan = aMeetingPlan();
      const meeting = await create(plan);

      await harness.video.deleteMeeting(harness.token, meeting.id);
      await harness.video.deleteMeeting(harness.token, meeting.id);

      expect(harness.seen()).toEqual([]);
      expect(await find(plan)).toBeNull();
    });

    const begin = async (call: (meetingId: string) => Promise<unknown>) => {
      const { id } = await create(aMeetingPlan());
      return { situations: harness.situations, token: harness.token, call: () => call(id) };
    };
    failurePromises({ name: 'finding', begin: () => begin(() => find(aMeetingPlan())) });
    failurePromises({ name: 'creating', begin: () => begin(() => create(aMeetingPlan())) });
    failurePromises({ name: 'updating', begin: () => begin((id) => harness.video.updateMeeting(harness.token, id, aMeetingPlan())) });
    failurePromises({ name: 'deleting', begin: () => begin((id) => harness.video.deleteMeeting(harness.token, id)) });
  });
};
