import { messageOf, readDevFile, runJourney } from '@patchbay/local-stack';
import { request } from 'undici';

// The main program of `npm run smoke`: the journey against the stack that runs here.
try {
  const { gatewayUrl, sandboxUrl, natsUrl, users, serviceApiKey } = readDevFile();
  const user = users.find(({ role }) => role === 'user');
  if (user === undefined) throw new Error('.data/dev.json names no user. Start the stack again with "npm start".');
  // A stack that was killed outright leaves its file behind.
  const { body } = await request(`${gatewayUrl}/api/v1/auth/jwks/`).catch(() => {
    throw new Error(`The stack of .data/dev.json does not answer at ${gatewayUrl}. Start it with "npm start".`);
  });
  await body.dump();
  console.log(`One booking, the whole way, through ${gatewayUrl} as ${user.email}:`);
  await runJourney({ gatewayUrl, sandboxUrl, natsUrl, userToken: user.token, serviceApiKey, log: (line) => console.log(line) });
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
