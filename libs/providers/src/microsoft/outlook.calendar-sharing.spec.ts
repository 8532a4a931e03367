import { calendarSharingContract } from '@patchbay/capabilities/testing';
import { connectToOutlook } from './fake/outlook.fake-connection.js';

const connect = async () => {
  const connection = await connectToOutlook();
  return {
    ...connection,
    roles: ['free_busy', 'reader', 'writer'] as const,
    refusedEmail: 'nobody@nowhere.example',
    shortenPages: () => connection.running.fake.limitPages({ pageMax: 2 }),
  };
};

calendarSharingContract('outlook', connect);
