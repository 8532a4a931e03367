import type { FakeAccountState, FakeCollection, FakeItem, FakeSituation } from '@patchbay/providers/testing';
import type { SandboxState } from '../control/sandbox-state.js';
import type { HostedProvider } from '../providers/hosted-providers.js';
import { shownAccounts } from '../providers/shown-accounts.js';
import { webhookPart } from '../webhooks/webhooks.part.js';
import { figure, html, layout, type Html } from './layout.js';
import { faultButtons, faultText, situationButtons } from './trouble.js';

/** What a page is made from besides its provider. */
interface ProviderSurroundings extends Pick<SandboxState, 'providers' | 'webhooks'> {
  /** Where whoever looks has reached the sandbox. */
  readonly url: string;
}

/** Every account of a provider and what it holds, and what can be done to them. */
export const providerPage = (provider: HostedProvider, { providers, webhooks, url }: ProviderSurroundings): string => {
  const { id, fake } = provider;
  return layout(
    fake.displayName,
    html`<nav class="pills" aria-label="Providers">
        ${providers
          .all()
          .map(
            (other) => html`<a href="/providers/${other.id}" ${other.id === id ? html` aria-current="page"` : null}>${other.fake.displayName}</a>`,
          )}
      </nav>
      <h1>${fake.displayName}</h1>
      <p class="lead">What each pretend account holds at this moment. Base URL: <code>/${id}</code></p>
      <section id="standing" data-live>${standing(provider, url)}</section>
      ${webhookPart(id, webhooks)}
      <h2>Make trouble</h2>
      ${faultButtons('provider', html`<input type="hidden" name="provider" value="${id}" />`)} ${situationButtons(id, fake.situations ?? [])}`,
  );
};

const standing = (provider: HostedProvider, url: string): Html => {
  const { id, fake, faults, requestCount } = provider;
  const accounts = shownAccounts(provider, url);
  const holders = accounts.filter(({ collections }) => collections.some(({ items }) => items.length > 0));
  return html`<div class="figures">
      ${figure('requests', requestCount)}
      ${
        fake.credentialsOf === undefined
          ? figure(
              'permissions in force',
              accounts.reduce((total, { grants }) => total + grants, 0),
            )
          : null
      }
      ${figure('faults in force', faults.active().length)}
    </div>
    ${faults.active().map((fault) => html`<p><span class="mark bad">fault</span> ${faultText(fault)}</p>`)}
    <h2>Accounts</h2>
    ${accountTable(id, fake)}
    ${holders.map(
      (account) =>
        html`<h2>${account.name} <small>${account.email}</small></h2>
          ${account.collections.filter(({ items }) => items.length > 0).map((collection) => collectionPart(id, collection))}`,
    )}`;
};

const accountTable = (provider: string, fake: HostedProvider['fake']): Html =>
  html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>Name</th>
          <th>Address</th>
          <th>Permission</th>
          <th>What the person can do</th>
        </tr>
      </thead>
      <tbody>
        ${fake.accounts().map((account) => accountRow(provider, fake, account))}
      </tbody>
    </table>
  </div>`;

const accountRow = (provider: string, fake: HostedProvider['fake'], { email, name, grants }: FakeAccountState): Html => {
  const withCredentials = fake.credentialsOf !== undefined;
  const own = (fake.situations ?? []).filter(({ accountButton }) => accountButton !== null);
  return html`<tr>
    <td>${name}</td>
    <td>${email}</td>
    <td>${withCredentials ? html`<span class="mark neutral">password or key</span>` : permissionMark(grants)}</td>
    <td>
      <div class="buttons">
        ${withCredentials ? accountForm('revoke', 'Change the password or key', { provider, email }) : null}
        ${!withCredentials && grants > 0 ? accountForm('revoke', 'Withdraw the permission', { provider, email }) : null}
        ${own.map(({ name: situation, accountButton }: FakeSituation) => accountForm('situation', accountButton ?? situation, { provider, email, situation }))}
      </div>
    </td>
  </tr>`;
};

const permissionMark = (grants: number): Html => {
  if (grants === 0) return html`<span class="mark neutral">not connected</span>`;
  return html`<span class="mark good">✓ connected${grants === 1 ? null : `, ${grants} times`}</span>`;
};

const accountForm = (action: string, label: string, fields: Readonly<Record<string, string>>): Html =>
  html`<form method="post" action="/actions/${action}">
    ${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}<button>${label}</button>
  </form>`;

const collectionPart = (provider: string, { title, items }: FakeCollection): Html =>
  html`<h3>${title}</h3>
    ${itemTable(provider, items)}`;

interface Column {
  readonly title: string;
  readonly isUsed: (item: FakeItem) => boolean;
  readonly cell: (item: FakeItem, provider: string) => Html | string | null;
}

/** A column that is empty in every row is left out: what accounts hold differs from provider to provider. */
const columns: readonly Column[] = [
  { title: 'Title', isUsed: () => true, cell: ({ title }) => title },
  { title: 'From', isUsed: ({ starts }) => starts !== null, cell: ({ starts }) => starts },
  { title: 'To', isUsed: ({ ends }) => ends !== null, cell: ({ ends }) => ends },
  { title: 'Status', isUsed: ({ status }) => status !== '', cell: ({ status }) => status },
  { title: 'Where', isUsed: ({ link }) => link !== null, cell: (item, provider) => linkCell(provider, item) },
  { title: 'Notes', isUsed: ({ notes }) => notes.length > 0, cell: ({ notes }) => notes.join(', ') },
];

const itemTable = (provider: string, items: readonly FakeItem[]): Html => {
  const used = columns.filter(({ isUsed }) => items.some(isUsed));
  const last = items.slice(-200);
  // What happens at a time comes with the newest first; anything else has an order of its own.
  const shown = items.some(({ starts }) => starts !== null) ? last.toReversed() : last;
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${used.map(({ title }) => html`<th>${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${shown.map(
          (item) =>
            html`<tr class="${item.status === 'cancelled' ? 'struck' : ''}">
              ${used.map(({ cell }) => html`<td>${cell(item, provider)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
};

const linkCell = (provider: string, { link }: FakeItem): Html | string | null => {
  const href = link === null ? null : link.startsWith('/') ? `/${provider}${link}` : /^https?:\/\//.test(link) ? link : null;
  return href === null ? link : html`<a href="${href}" rel="noreferrer">${link}</a>`;
};
