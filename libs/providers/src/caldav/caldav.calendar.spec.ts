import { calendarContract, calendarEventsContract } from '@patchbay/capabilities/testing';
import { apple } from './apple.provider.js';
import { caldavEventsTraits, connectToCaldavFake } from './caldav.fake-harness.js';
import { createAppleFake, createCaldavFake } from './caldav.fake.js';
import { caldav } from './caldav.provider.js';

const begin = () => connectToCaldavFake(caldav, { fake: createCaldavFake(), environment: () => ({}), wrong: {} });
const beginApple = () => connectToCaldavFake(apple, { fake: createAppleFake(), environment: (url) => ({ APPLE_API_BASE_URL: url }), wrong: {} });

calendarContract('caldav', begin);
calendarContract('apple', beginApple);
calendarEventsContract('caldav', caldavEventsTraits, begin);
calendarEventsContract('apple', caldavEventsTraits, beginApple);
