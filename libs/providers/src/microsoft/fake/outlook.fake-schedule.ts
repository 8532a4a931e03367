import { z } from 'zod';
import type { FakeResponse } from '../../_kit/fake.js';
import { jsonAnswer, jsonObjectOf } from '../../_kit/fake-http.js';
import { graphError } from '../microsoft.fake-errors.js';
import { failures, type OutlookCall } from './outlook.fake-answers.js';
import { shownIn, type GraphAnswer } from './outlook.fake-events.js';
import { graphDateTime, msToWall, wallToMs } from './outlook.fake-time.js';

const time = z.object({ dateTime: z.string(), timeZone: z.string() });
const question = z.object({
  schedules: z.array(z.string()).min(1).max(20),
  starttime: time,
  endtime: time,
  availabilityviewinterval: z.int().min(5).max(1_440).default(30),
});

/** The zone that everybody here works in. */
const officeZone = 'W. Europe Standard Time';

/** Answers `POST /me/calendar/getSchedule`. https://learn.microsoft.com/graph/api/calendar-getschedule */
export const answerSchedule = (call: OutlookCall): FakeResponse => {
  // Personal accounts have neither Teams nor this.
  if (!call.habits.hasTeams) return graphError(400, 'ErrorInvalidRequest', 'This API is not supported for personal accounts.');
  // Microsoft's reference and its description write these names differently; Graph takes both.
  const asked = Object.fromEntries(Object.entries(jsonObjectOf(call.request) ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  const parsed = question.safeParse(asked);
  if (!parsed.success) return failures.invalidProperty();
  const { schedules, starttime: from, endtime: to, availabilityviewinterval: minutes } = parsed.data;
  const [fromMs, toMs] = [wallToMs(from.dateTime, from.timeZone), wallToMs(to.dateTime, to.timeZone)];
  if (!(fromMs < toMs)) return failures.invalidProperty();
  const value = schedules.map((address) => scheduleOf(call, address, { fromMs, toMs, stepMs: minutes * 60_000 }));
  return jsonAnswer(200, { '@odata.context': `${call.request.baseUrl}/v1.0/$metadata#Collection(microsoft.graph.scheduleInformation)`, value });
};

interface Asked {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

const scheduleOf = ({ calendars }: OutlookCall, address: string, { fromMs, toMs, stepMs }: Asked): GraphAnswer => {
  const calendar = calendars.ofAccount(address).find(({ isDefault }) => isDefault);
  const busy = [...(calendar?.events.values() ?? [])]
    .flatMap((event) => shownIn(event, { fromMs, toMs }))
    .filter(({ fields }) => fields.showAs !== 'free' && !fields.isCancelled);
  const at = (ms: number) => ({ dateTime: graphDateTime(msToWall(ms, 'UTC')), timeZone: 'UTC' });
  const steps = Array.from({ length: Math.ceil((toMs - fromMs) / stepMs) }, (_step, index) => fromMs + index * stepMs);
  return {
    scheduleId: address,
    availabilityView: steps.map((ms) => (busy.some(({ startMs, endMs }) => startMs < ms + stepMs && endMs > ms) ? '2' : '0')).join(''),
    scheduleItems: busy.map(({ fields, startMs, endMs }) => ({ status: fields.showAs, start: at(startMs), end: at(endMs) })),
    workingHours: {
      daysOfWeek: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
      startTime: '08:00:00.0000000',
      endTime: '17:00:00.0000000',
      timeZone: { name: officeZone },
    },
  };
};
