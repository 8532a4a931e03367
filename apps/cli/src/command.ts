import { Command, Option } from 'commander';
import { PatchbayApiError } from '@patchbay/api-client';
import { CommandFailure, exitCodes } from './exit-codes.js';
import { gatewayClient, type GatewayOptions } from './gateway.js';
import { Terminal, type OutputOptions, type Streams } from './terminal.js';

/** What a command works with. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Asked for only by commands that need the gateway. */
  readonly client: () => ReturnType<typeof gatewayClient>;
  /** Aborted when the person presses Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Answers the exit code; nothing is {@link exitCodes.ok}. */
export type Action<Options> = (context: CommandContext, options: Options, argument: string | undefined) => Promise<number | void>;

const urlOption = new Option('--url <url>', 'where the gateway is').env('PATCHBAY_URL');
const tokenOption = new Option('--token <token>', 'an API key, or an access token, of an administrator').env('PATCHBAY_TOKEN');
const jsonOption = new Option('--json', 'answer one JSON document');

/** A command with what all of them share: `--json`, and its name with underscores for those who know it so. */
export function command(name: string, description: string): Command {
  const made = new Command(name).description(description).addOption(jsonOption);
  return name.includes('-') ? made.alias(name.replaceAll('-', '_')) : made;
}

/** The same for commands that ask the gateway. */
export const gatewayCommand = (name: string, description: string): Command => command(name, description).addOption(urlOption).addOption(tokenOption);

/** Lets a command do its work, and turns what goes wrong into one line and an exit code. Ctrl-C ends it at once. */
export const runs = <Options>(streams: Streams, action: Action<Options>): Handler =>
  handle(streams, action, () => process.exit(exitCodes.interrupted));

/** The same for a command of many steps, which looks at the signal between them and says how far it came. A second Ctrl-C ends it at once. */
export const runsInSteps = <Options>(streams: Streams, action: Action<Options>): Handler => handle(streams, action, () => undefined);

/** What Commander calls. */
type Handler = (...given: readonly unknown[]) => Promise<void>;

const handle =
  <Options>(streams: Streams, action: Action<Options>, onInterrupt: () => void): Handler =>
  async (...given) => {
    // Commander gives the arguments first, then the options, then the command.
    const options = given.at(-2) as Options & OutputOptions & GatewayOptions;
    const argument = given.length > 2 ? (given[0] as string | undefined) : undefined;
    const terminal = new Terminal(streams, options);
    const interrupted = new AbortController();
    const interrupt = (): void => {
      interrupted.abort();
      onInterrupt();
    };
    process.once('SIGINT', interrupt);
    try {
      const context = { terminal, client: () => gatewayClient(options), signal: interrupted.signal };
      process.exitCode = (await action(context, options, argument)) ?? exitCodes.ok;
    } catch (error) {
      process.exitCode = tell(error, terminal);
    } finally {
      process.off('SIGINT', interrupt);
    }
  };

/** One sentence, and what to do about it; with `--json` the same as a document. */
function tell(error: unknown, terminal: Terminal): number {
  const { message, code, exitCode } = failureOf(error);
  if (terminal.isJson) terminal.result({ error: message, code }, () => []);
  else terminal.note(message);
  return exitCode;
}

function failureOf(error: unknown): { readonly message: string; readonly code: string; readonly exitCode: number } {
  if (error instanceof CommandFailure) return { message: error.message, code: 'command_failed', exitCode: error.exitCode };
  if (error instanceof PatchbayApiError) {
    const details = Object.entries(error.details).map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
    const request = error.requestId === null ? '' : ` (request ${error.requestId})`;
    return {
      message: [`${error.message}${request}`, ...details].join('\n  '),
      code: error.code,
      exitCode: error.code === 'request_invalid' ? exitCodes.usage : exitCodes.failed,
    };
  }
  if (isUnreachable(error))
    return { message: 'The gateway cannot be reached. Is --url right?', code: 'gateway_unreachable', exitCode: exitCodes.failed };
  return { message: error instanceof Error ? error.message : String(error), code: 'internal_error', exitCode: exitCodes.failed };
}

const isUnreachable = (error: unknown): boolean => error instanceof TypeError && error.message === 'fetch failed';
