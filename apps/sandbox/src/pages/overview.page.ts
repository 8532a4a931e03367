import type { SandboxState } from '../control/sandbox-state.js';
import type { HostedProvider } from '../providers/hosted-providers.js';
import { figure, html, layout, type Html } from './layout.js';
import { everyProvider, faultButtons, faultText } from './trouble.js';

/** What the sandbox is, how it stands, and the buttons that make trouble. */
export const overviewPage = (state: SandboxState): string =>
  layout(
    'Overview',
    html`<h1>Patchbay sandbox</h1>
      <p class="lead">
        Providers that live in this process and behave like the real ones, and a receiver that checks webhook signatures. Nothing leaves this machine.
        Everything is forgotten when the process ends.
      </p>
      <section id="standing" data-live>${standing(state)}</section>
      <h2>Make trouble</h2>
      <p class="lead">
        A fault hits what Patchbay sends next. Each provider’s own page has the situations that only it knows; more kinds of faults (paths, chances,
        counts) are in the control API, see the README of the sandbox.
      </p>
      ${faultButtons('overview', whom(state.providers.all()))}
      <h2>Time</h2>
      <form class="inline" method="post" action="/actions/clock">
        <label
          >Move the providers’ clock by<select name="advance_seconds">
            <option value="3600">one hour</option>
            <option value="28800">eight hours</option>
            <option value="86400">one day</option>
            <option value="604800">one week</option>
            <option value="5184000">60 days</option>
            <option value="7776000">90 days</option>
          </select></label
        >
        <button>Move</button>
      </form>
      <p class="lead">Access tokens live for an hour to 60 days; with the clock they grow old, and so do refresh tokens.</p>
      <form class="inline" method="post" action="/actions/reset"><button>Forget everything</button></form>`,
  );

const standing = ({ clock, ledger, providers, receivers }: SandboxState): Html => {
  const webhooks = receivers.all().map((receiver) => receiver.summary());
  const sum = (pick: (summary: (typeof webhooks)[number]) => number): number => webhooks.reduce((total, summary) => total + pick(summary), 0);
  return html`<div class="figures">
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
    <h2>Providers</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Provider</th>
            <th>Opened with</th>
            <th>Accounts connected</th>
            <th>Requests</th>
            <th>Faults in force</th>
          </tr>
        </thead>
        <tbody>
          ${providers.all().map(providerRow)}
        </tbody>
      </table>
    </div>`;
};

const providerRow = ({ id, fake, faults, requestCount }: HostedProvider): Html =>
  html`<tr>
    <td><a href="/providers/${id}">${fake.displayName}</a></td>
    <td>${fake.credentialsOf === undefined ? 'consent' : 'password or key'}</td>
    <td>${fake.credentialsOf === undefined ? fake.accounts().filter(({ grants }) => grants > 0).length : '–'}</td>
    <td>${requestCount}</td>
    <td>
      ${faults.active().length === 0 ? html`<span class="dim">none</span>` : faults.active().map((fault) => html`<div><span class="mark bad">fault</span> ${faultText(fault)}</div>`)}
    </td>
  </tr>`;

const whom = (providers: readonly HostedProvider[]): Html =>
  html`<p class="inline">
    <label
      >Whom it hits
      <select name="provider">
        <option value="${everyProvider}">every provider</option>
        ${providers.map(({ id, fake }) => html`<option value="${id}">${fake.displayName}</option>`)}
      </select></label
    >
  </p>`;
