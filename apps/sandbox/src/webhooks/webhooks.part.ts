import type { FakeWebhookSender } from '@patchbay/providers/testing';
import { html, type Html } from '../pages/layout.js';
import type { SentWebhook, WebhookSendings } from './webhook-sendings.js';

/** What a button sends, in words. */
const variants = {
  right: 'Rightly signed',
  wrong_signature: 'Wrongly signed',
  tampered: 'Changed on the way',
  unsigned: 'Not signed',
  old: 'An hour old',
  future: 'An hour ahead',
} as const;

/** The webhooks of one fake: forms to send them, and what came back. Null where there are none. */
export const webhookPart = (page: string, webhooks: WebhookSendings): Html | null => {
  const senders = webhooks.sendersAt(page);
  if (senders.length === 0) return null;
  return html`<h2>Send a webhook</h2>
    ${senders.map((sender) => html`${senders.length > 1 ? html`<h3>${sender.provider}</h3>` : null}${sendForm(page, sender)}${sentTable(page, webhooks.sentBy(sender.provider))}`)}`;
};

const sendForm = (page: string, { provider, types, signsTime }: FakeWebhookSender): Html =>
  html`<form method="post" action="/actions/send-webhook">
    <input type="hidden" name="provider" value="${provider}" /><input type="hidden" name="page" value="${page}" />
    <p>
      <label
        >What happened
        <select name="type">
          ${types.map((type) => html`<option>${type}</option>`)}
        </select></label
      >
    </p>
    <div class="buttons">
      ${Object.entries(variants)
        .filter(([variant]) => signsTime || (variant !== 'old' && variant !== 'future'))
        .map(([variant, label]) => html`<button name="variant" value="${variant}">${label}</button>`)}
    </div>
  </form>`;

const sentTable = (page: string, sent: readonly SentWebhook[]): Html | null => {
  if (sent.length === 0) return null;
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>Sent</th>
          <th>What happened</th>
          <th>How</th>
          <th>Answer</th>
          <th></th>
        </tr>
      </thead>
      <tbody>
        ${sent.map((one) => sentRow(page, one))}
      </tbody>
    </table>
  </div>`;
};

const sentRow = (page: string, { provider, type, variant, id, sent_at: at, status, body }: SentWebhook): Html => {
  const isTaken = status !== null && status < 300;
  return html`<tr>
    <td>${at.slice(11, 19)}</td>
    <td>${type}</td>
    <td>${variants[variant]}</td>
    <td><span class="mark ${isTaken ? 'good' : 'bad'}">${status ?? 'none'}</span> <code>${body}</code></td>
    <td>
      <form method="post" action="/actions/send-webhook">
        <input type="hidden" name="provider" value="${provider}" /><input type="hidden" name="page" value="${page}" />
        <input type="hidden" name="type" value="${type}" /><input type="hidden" name="variant" value="${variant}" />
        <input type="hidden" name="id" value="${id}" /><button>Send it again</button>
      </form>
    </td>
  </tr>`;
};
