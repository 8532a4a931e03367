/** Stops what start-servers.mjs started, and deletes its data. */
export default async function stopServers() {
  await globalThis.patchbayTestServers?.stop();
}
