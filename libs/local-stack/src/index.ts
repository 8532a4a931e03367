export { dataDirDefault, repositoryRoot } from './data-dir.js';
export { freePort, freePorts, portVariables, portsFromEnvironment, type PortName, type StackPorts } from './ports.js';
export type { ProcessSpec } from './supervised-process.js';
export type { DevelopmentUser, StackSecrets } from './secrets.js';
export { serviceNames, type ServiceName } from './services.js';
export { startStack, type Stack, type StackOptions } from './stack.js';
export { Supervisor, type SupervisorOptions } from './supervisor.js';
export { startPrivateNats, startTestServers, testServerUrls, type PrivateNats, type TestServers } from './test-servers.js';
