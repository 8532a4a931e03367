/** The environment of a program that a command starts: the person's own, and what the command knows better. */
export const childEnvironment = (known: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv => ({
  ...process.env,
  ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)),
});
