import type { FakeAccountState, FakeItem } from '@patchbay/providers/testing';
import type { HostedProvider } from '../providers/hosted-providers.js';
import { html, layout, type Html } from './layout.js';

/** Every account of a provider, and what it holds. */
export const providerPage = ({ id, fake }: HostedProvider): string =>
  layout(
    fake.displayName,
    html`<h1>${fake.displayName}</h1>
      <p class="lead">What each pretend account holds at this moment. Base URL: <code>/${id}</code></p>
      <section id="accounts" data-live>${fake.accounts().map((account) => accountPart(id, account))}</section>`,
  );

const accountPart = (provider: string, { email, name, grants, collections }: FakeAccountState): Html =>
  html`<h2>${name} <small>${email}</small></h2>
    <p>${grants === 0 ? html`<span class="mark neutral">not connected</span>` : html`<span class="mark good">✓ connected</span>`}</p>
    ${
      grants === 0
        ? null
        : html`<form class="buttons" method="post" action="/actions/revoke">
            <input type="hidden" name="provider" value="${provider}" /><input type="hidden" name="email" value="${email}" /><button>
              Withdraw the permission
            </button>
          </form>`
    }
    ${collections
      .filter(({ items }) => items.length > 0)
      .map(
        ({ title, items }) =>
          html`<h3>${title}</h3>
            ${itemTable(provider, items)}`,
      )}
    ${collections.every(({ items }) => items.length === 0) ? html`<p class="empty">Nothing here yet.</p>` : null}`;

const itemTable = (provider: string, items: readonly FakeItem[]): Html =>
  html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>Title</th>
          <th>From</th>
          <th>To</th>
          <th>Status</th>
          <th>Where</th>
          <th>Notes</th>
        </tr>
      </thead>
      <tbody>
        ${items
          .slice(-200)
          .toReversed()
          .map((item) => itemRow(provider, item))}
      </tbody>
    </table>
  </div>`;

const itemRow = (provider: string, { title, starts, ends, status, link, notes }: FakeItem): Html => {
  const isGone = status === 'cancelled';
  const href = link === null ? null : link.startsWith('/') ? `/${provider}${link}` : /^https?:\/\//.test(link) ? link : null;
  return html`<tr class="${isGone ? 'struck' : ''}">
    <td>${title}</td>
    <td>${starts}</td>
    <td>${ends}</td>
    <td>${status}</td>
    <td>${href === null ? link : html`<a href="${href}" rel="noreferrer">${link}</a>`}</td>
    <td>${notes.join(', ')}</td>
  </tr>`;
};
