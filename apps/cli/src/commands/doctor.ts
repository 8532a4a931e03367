import type { Command } from 'commander';
import { examineInstallation, type Check, type Examination } from '@patchbay/contracts';
import { gatewayCommand, runs } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import type { Streams } from '../terminal.js';

const signs: Readonly<Record<Check['status'], string>> = { ok: '✓', warning: '!', failed: '✗', unknown: '?' };

/** `patchbay doctor`: what is wrong with the installation and its providers, and how to mend it. */
export const doctorCommand = (streams: Streams): Command =>
  gatewayCommand('doctor', 'look at the installation and its providers, and say how to mend what is wrong')
    .option('--provider <id>', 'only this provider')
    .action(
      runs<{ readonly provider?: string }>(streams, async ({ terminal, client }, { provider }) => {
        const { items } = await client().call(examineInstallation, provider === undefined ? {} : { provider });
        terminal.result({ items }, () => items.flatMap(linesOf));
        return items.some(({ status }) => status === 'failed') ? exitCodes.findings : exitCodes.ok;
      }),
    );

const linesOf = ({ name, subject, status, checks }: Examination): readonly string[] => [
  `${signs[status]} ${name} (${subject})`,
  ...checks.flatMap((check) => [
    `    ${signs[check.status]} ${check.name.replaceAll('_', ' ')}: ${check.message}`,
    ...(check.remedy === null ? [] : [`      → ${check.remedy}`]),
  ]),
];
