export { internalHosts, publicHosts } from './hosts.js';
export { recordA, recordAaaa, recordCname, startNameServer, type NameServer, type Records } from './name-server.js';
