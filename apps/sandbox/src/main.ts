import { runSandbox } from './sandbox.js';

await runSandbox();
