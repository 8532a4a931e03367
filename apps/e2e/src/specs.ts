import { runSpecs } from './specs/run-specs.js';

process.exitCode = await runSpecs(process.argv[2], (line) => console.log(line));
