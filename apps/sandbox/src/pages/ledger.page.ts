import type { FakeLedger } from '@patchbay/providers/testing';
import { countedEntries } from '../control/ledger.routes.js';
import { html, layout, timeCell, type Html } from './layout.js';

const shownMax = 300;

/** Every effect, the newest first. */
export const ledgerPage = (ledger: FakeLedger): string => {
  const entries = countedEntries(ledger.entries());
  return layout(
    'Ledger',
    html`<h1>Ledger</h1>
      <p class="lead">Every effect that really happened at a provider, once each. The last ${shownMax} are shown.</p>
      <section id="entries" data-live>
        ${
          entries.length === 0
            ? html`<p class="empty">Nothing happened yet.</p>`
            : html`<div class="scroll">
                <table>
                  <thead>
                    <tr>
                      <th>#</th>
                      <th>At</th>
                      <th>Provider</th>
                      <th>Effect</th>
                      <th>Account</th>
                      <th>Id</th>
                      <th>Marked with</th>
                      <th>Time for this key</th>
                    </tr>
                  </thead>
                  <tbody>
                    ${entries.slice(-shownMax).toReversed().map(entryRow)}
                  </tbody>
                </table>
              </div>`
        }
      </section>`,
  );
};

const entryRow = ({ sequence, at, provider, kind, account, id, key, count }: ReturnType<typeof countedEntries>[number]): Html =>
  html`<tr>
    <td>${sequence}</td>
    <td>${timeCell(at)}</td>
    <td>${provider}</td>
    <td>${kind}</td>
    <td>${account}</td>
    <td class="mono">${id}</td>
    <td class="mono">${key}</td>
    <td>${count}</td>
  </tr>`;
