import { deleteWebhookEndpoint, listActivity, publishEvents, type DeadLetter } from '@patchbay/contracts';
import { aBooking, created, eventually, hours, NotYet, rescheduled, type BookingData, type FarEnd, type PublishedEvent } from '@patchbay/local-stack';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { ada, addEndpoint, admin, callRaw, clientOf, connectBoth, freshId, killService, product, sandbox, soon, stack } from './whole-stack.js';

const patience = { timeoutMs: 40_000 };

describe('when things go wrong', () => {
  let farEnd: FarEnd;
  let endpointId: string;

  beforeAll(async () => {
    await connectBoth(ada);
    ({ farEnd, id: endpointId } = await addEndpoint(ada));
  }, 60_000);
  afterAll(() => clientOf(ada.token).call(deleteWebhookEndpoint, { id: endpointId }));
  afterEach(() => sandbox.clearFaults());

  const newBooking = (word: string): BookingData => {
    const id = freshId(word);
    return aBooking({ id, title: `Meeting ${id}`, userId: ada.id, startsAt: soon() });
  };
  const publish = (event: PublishedEvent) => eventually('the event is accepted', () => product.call(publishEvents, event), patience);
  /** The one meeting and the one calendar event, at that time, with the link, and the webhooks of all three. */
  const arrives = ({ booking_id: id, title }: BookingData, startsAt: number): Promise<void> =>
    eventually(
      `${title} is everywhere`,
      async () => {
        await farEnd.refresh();
        const [meetings, events] = [farEnd.titled('meeting', title), farEnd.titled('event', title)];
        const [meeting, event] = [meetings[0], events[0]];
        const types = farEnd
          .webhooksOf(id)
          .filter(({ verified }) => verified === true)
          .map(({ type }) => type);
        const isThere =
          meetings.length === 1 &&
          events.length === 1 &&
          meeting?.startsAt === startsAt &&
          event?.startsAt === startsAt &&
          event.location.includes(meeting.id);
        const missing = ['booking_created', 'meeting_link_created', 'calendar_event_created'].filter((type) => !types.includes(type));
        if (!isThere || missing.length > 0) throw new NotYet(JSON.stringify({ meetings, events, types }));
      },
      patience,
    );
  const logOf = async (booking: string) => (await clientOf(ada.token).call(listActivity, { booking, limit: 200 })).items;

  describe('a poisoned message on NATS', () => {
    const services = ['calendar', 'video', 'webhooks'] as const;
    const lettersOf = async (service: string): Promise<readonly DeadLetter[]> => {
      const { body } = await callRaw('GET', `/api/v1/admin/dead-letters/${service}/?limit=200`, { token: admin.token });
      return body['items'] as readonly DeadLetter[];
    };
    const publishRaw = async (payload: string): Promise<void> => {
      const connection = await connect({ servers: stack.natsUrl });
      await jetstream(connection).publish('event.booking_created.v1', payload, { msgID: randomUUID() });
      await connection.close();
    };
    const letterWith = (service: string, text: string): Promise<DeadLetter> =>
      eventually(
        `a dead letter of ${service}`,
        async () => {
          const letter = (await lettersOf(service)).find(({ payload }) => payload.includes(text));
          if (letter === undefined) throw new NotYet('none');
          return letter;
        },
        patience,
      );

    it.each(['{ "type": "booking_created", ', '{"type":"booking_created","data":{"booking_id":7}}', '\u0000\u0001'])(
      'goes to the dead letters, and the queue goes on: %j',
      async (poison) => {
        const mark = freshId('poison');
        await publishRaw(`${poison}${mark}`);
        const booking = newBooking('after-poison');
        await publish(created(booking));

        await arrives(booking, Date.parse(booking.start_time));
        for (const service of services) expect((await letterWith(service, mark)).error).not.toBe('');
      },
      60_000,
    );

    it('is handed over once more when an operator asks, and takes effect once it is repaired', async () => {
      const booking = newBooking('repaired');
      const event = created(booking);
      const broken = JSON.stringify({ ...event, data: { ...booking, end_time: booking.start_time } });
      await publishRaw(broken);
      const letters = await Promise.all(services.map((service) => letterWith(service, booking.booking_id)));
      const replay = (letter: DeadLetter) =>
        callRaw('POST', `/api/v1/admin/dead-letters/${letter.service}/${letter.id}/replay/`, { token: admin.token });

      const [first] = letters;
      if (first === undefined) throw new Error('unreachable: three letters');
      const inVain = await replay(first);
      expect(inVain).toMatchObject({ status: 200, body: { replayed_at: null, attempts: first.attempts + 1 } });

      const database = new pg.Client({ connectionString: stack.databaseUrl });
      await database.connect();
      for (const service of services) {
        await database.query(`UPDATE ${service}.dead_letters SET payload = $1 WHERE payload = $2`, [JSON.stringify(event), broken]);
      }
      await database.end();
      for (const letter of letters) expect((await replay(letter)).body['replayed_at']).not.toBeNull();

      await arrives(booking, Date.parse(booking.start_time));
    }, 60_000);
  });

  describe('a provider that is down', () => {
    it.each(['zoom', 'google'] as const)(
      '%s: the booking is accepted, the log says why it waits, and it works when the provider is back',
      async (provider) => {
        await sandbox.addFault({ provider, down: true });
        const booking = newBooking(`without-${provider}`);
        await publish(created(booking));
        await eventually(
          'the log says why',
          async () => {
            const failures = (await logOf(booking.booking_id)).filter((item) => !item.success && item.integration_type === provider);
            if (failures.length === 0) throw new NotYet(JSON.stringify(await logOf(booking.booking_id)));
            expect(failures[0]?.message).toMatch(/[a-z]/);
          },
          patience,
        );

        await sandbox.clearFaults();

        await arrives(booking, Date.parse(booking.start_time));
      },
      90_000,
    );
  });

  describe('kill -9 in mid-journey', () => {
    it.each(['gateway', 'auth', 'calendar', 'video', 'webhooks'])(
      'of %s loses nothing and doubles nothing',
      async (service) => {
        await sandbox.addFault({ provider: 'zoom', delay_ms: 300, path: '/meetings' });
        await sandbox.addFault({ provider: 'google', delay_ms: 300, path: '/events' });
        const bookings = Array.from({ length: 4 }, () => newBooking(`kill-${service}`));
        for (const booking of bookings) await publish(created(booking));

        killService(service);
        await Promise.all(bookings.map((booking) => publish(rescheduled(booking, hours(5)))));

        for (const booking of bookings) await arrives(booking, Date.parse(booking.start_time) + hours(5));
        expect(bookings.map(({ title }) => [farEnd.creationsOf('meeting', title), farEnd.creationsOf('event', title)])).toEqual(
          bookings.map(() => [1, 1]),
        );
      },
      90_000,
    );
  });
});
