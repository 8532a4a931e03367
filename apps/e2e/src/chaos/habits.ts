import type { ServerResponse } from 'node:http';
import type { Random } from './random.js';
import { Receiver, welcome, type Answer } from './receiver.js';

/** Receivers give up on us after this long, so that one of them can be late within a test. Seconds. */
export const timeoutSeconds = 3;

/** What some receivers do to a webhook that they have taken all the same. */
interface Habit {
  readonly name: string;
  /** How many of the webhooks meet it. */
  readonly probability: number;
  readonly misbehave: Answer;
}

const unreadBytes = 256 * 1_024;

const habits: readonly Habit[] = [
  {
    name: 'answers after the deadline',
    probability: 0.1,
    misbehave: (response) => void setTimeout(() => welcome(response), (timeoutSeconds + 1) * 1_000),
  },
  { name: 'drops the connection without an answer', probability: 0.25, misbehave: (response) => void response.destroy() },
  {
    name: 'answers 503 now and then',
    probability: 0.25,
    misbehave: (response) => void response.writeHead(503, { 'retry-after': '1' }).end('not now'),
  },
  { name: 'closes while its answer is unread', probability: 0.25, misbehave: (response) => leaveUnread(response) },
];

function leaveUnread(response: ServerResponse): void {
  response.writeHead(200, { 'content-length': 2 * unreadBytes });
  response.write(Buffer.alloc(unreadBytes), () => response.socket?.resetAndDestroy());
}

/** A receiver with a habit, its books, and how often it gave way to the habit. */
export interface HabitualReceiver {
  readonly receiver: Receiver;
  readonly misbehaved: () => number;
}

/** One receiver for each habit. */
export const startHabitualReceivers = (secret: string, random: Random): Promise<readonly HabitualReceiver[]> =>
  Promise.all(
    habits.map(async (habit) => {
      const receiver = await Receiver.start(habit.name, secret);
      const chances = random.branch(habit.name);
      let misbehaved = 0;
      receiver.answer = (response) => {
        if (!chances.chance(habit.probability)) return welcome(response);
        misbehaved += 1;
        habit.misbehave(response);
      };
      return { receiver, misbehaved: () => misbehaved };
    }),
  );
