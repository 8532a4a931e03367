import { program } from './program.js';

// `patchbay doctor | head` closes the pipe before everything is written. Nobody reads the rest; the work and its exit code stand all the same.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

await program({ out: process.stdout, err: process.stderr }).parseAsync();
