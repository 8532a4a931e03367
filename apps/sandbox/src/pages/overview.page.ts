import type { ActiveFault } from '@patchbay/providers/testing';
import type { SandboxState } from '../control/sandbox-state.js';
import { figure, html, layout, type Html } from './layout.js';

/** What the sandbox is, how it stands, and the buttons that make trouble. */
export const overviewPage = (state: SandboxState): string =>
  layout(
    'Overview',
    html`<h1>Patchbay sandbox</h1>
      <p class="lead">
        A Google and a Zoom that live in this process and behave like the real ones, and a receiver that checks webhook signatures. Nothing leaves
        this machine. Everything is forgotten when the process ends.
      </p>
      <section id="standing" data-live>${standing(state)}</section>
      <h2>Make trouble</h2>
      <p class="lead">
        A fault hits what Patchbay sends next. More kinds (paths, chances, counts) are in the control API, see the README of the sandbox.
      </p>
      ${state.providers.all().map(({ id, fake }) => faultButtons(id, fake.displayName))}
      <h2>Time</h2>
      <form class="inline" method="post" action="/actions/clock">
        <label
          >Move the providers’ clock by<select name="advance_seconds">
            <option value="3600">one hour (access tokens end)</option>
            <option value="86400">one day</option>
          </select></label
        >
        <button>Move</button>
      </form>
      <form class="inline" method="post" action="/actions/reset"><button>Forget everything</button></form>`,
  );

const standing = ({ clock, ledger, providers, receivers }: SandboxState): Html => {
  const webhooks = receivers.all().map((receiver) => receiver.summary());
  const sum = (pick: (summary: (typeof webhooks)[number]) => number): number => webhooks.reduce((total, summary) => total + pick(summary), 0);
  const faults = providers.all().flatMap(({ id, faults: own }) => own.active().map((fault) => ({ id, fault })));
  return html`<div class="figures">
      ${providers.all().map(({ fake, requestCount }) => figure(`requests to ${fake.displayName}`, requestCount))}
      ${figure(
        'webhooks received',
        sum(({ received }) => received),
      )}
      ${figure(
        'verified',
        sum(({ verified }) => verified),
      )}
      ${figure(
        'refused',
        sum(({ refused }) => refused),
      )}
      ${figure('effects in the ledger', ledger.entries().length)}
    </div>
    <p>
      The providers’ clock says
      <code>${clock.now().toISOString().slice(0, 19)}Z</code>${clock.offsetSeconds() === 0 ? '.' : `, ${clock.offsetSeconds()} seconds ahead.`}
    </p>
    <h2>Faults in force</h2>
    ${
      faults.length === 0
        ? html`<p class="empty">None: every provider behaves.</p>`
        : html`<ul>
            ${faults.map(({ id, fault }) => html`<li><b>${id}</b>: ${faultText(fault)}</li>`)}
          </ul>`
    }`;
};

const faultText = ({ effect, match, count, probability }: ActiveFault): string => {
  const effects = {
    fail: 'status' in effect ? `answers ${effect.status}` : '',
    delay: 'ms' in effect ? `waits ${effect.ms} ms` : '',
    drop_after_executing: 'does what is asked, then drops the answer',
    down: 'does not answer at all',
  };
  const where = [match.method, match.path === undefined ? undefined : `paths with ${String(match.path)}`]
    .filter((part) => part !== undefined)
    .join(' ');
  const chance = probability < 1 ? `, with probability ${probability}` : '';
  return `${effects[effect.kind]}${where === '' ? '' : ` (${where})`}${count === null ? ', until cleared' : `, ${count} more`}${chance}`;
};

const buttons: readonly { readonly label: string; readonly fault: string }[] = [
  { label: 'Next 3 answers: 500', fault: 'status-500' },
  { label: 'Next 3 answers: 429', fault: 'status-429' },
  { label: 'Drop the next answer after executing', fault: 'drop' },
  { label: 'Answer 2 seconds late', fault: 'delay' },
  { label: 'Go down', fault: 'down' },
  { label: 'End all access tokens', fault: 'expire-tokens' },
  { label: 'Clear faults', fault: 'clear' },
];

const faultButtons = (id: string, name: string): Html =>
  html`<h3>${name}</h3>
    <form class="buttons" method="post" action="/actions/fault">
      <input type="hidden" name="provider" value="${id}" />
      ${buttons.map(({ label, fault }) => html`<button name="fault" value="${fault}">${label}</button>`)}
    </form>`;
