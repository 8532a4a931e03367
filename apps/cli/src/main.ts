import { program } from './program.js';

await program({ out: process.stdout, err: process.stderr }).parseAsync();
