import type { ReceivedWebhook, Receiver, ReceiverSummary, Receivers } from '../receiver/receiver-store.js';
import { figure, html, layout, timeCell, type Html } from './layout.js';

/** Every receiver with its latest webhooks. */
export const receiversPage = (receivers: Receivers): string =>
  layout(
    'Webhooks',
    html`<h1>Webhooks received</h1>
      <p class="lead">
        Any name below <code>/receiver/</code> takes webhooks. Each is checked as
        <a href="https://www.standardwebhooks.com/">Standard Webhooks</a> says, with the secret that was registered for the name.
      </p>
      <section id="receivers" data-live>
        ${receivers.all().length === 0 ? html`<p class="empty">Nothing was sent here yet.</p>` : receivers.all().map((receiver) => receiverPart(receiver, 20))}
      </section>`,
  );

/** One receiver. */
export const receiverPage = (receiver: Receiver): string =>
  layout(
    receiver.name,
    html`<h1>Receiver</h1>
      <section id="receiver" data-live>${receiverPart(receiver, 200)}</section>`,
  );

const receiverPart = (receiver: Receiver, limit: number): Html => {
  const summary = receiver.summary();
  return html`<h2><a href="/receiver/${summary.name}">${summary.name}</a></h2>
    ${summaryPart(summary)}
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Signature</th>
            <th>At</th>
            <th>Type</th>
            <th>Webhook id</th>
            <th>Attempt</th>
            <th>Answered</th>
            <th>Content</th>
          </tr>
        </thead>
        <tbody>
          ${receiver.latest(limit).map((webhook) => webhookRow(summary.name, webhook))}
        </tbody>
      </table>
    </div>`;
};

const summaryPart = ({ received, unique, verified, refused, unchecked, has_secret: hasSecret, behaviour }: ReceiverSummary): Html =>
  html`<div class="figures">
      ${figure('received', received)} ${figure('different ids', unique)} ${figure('verified', verified)} ${figure('refused', refused)}
      ${unchecked === 0 ? null : figure('unchecked', unchecked)}
    </div>
    ${hasSecret ? null : html`<p class="empty">No secret is registered for this name, so no signature can be checked.</p>`}
    ${behaviour.status === 200 && !behaviour.drop_after_reading ? null : html`<p><span class="mark bad">misbehaves</span> ${behaviour.drop_after_reading ? 'drops the connection' : `answers ${behaviour.status}`}</p>`}`;

const webhookRow = (receiver: string, webhook: ReceivedWebhook): Html =>
  html`<tr>
    <td>${verdictMark(webhook)}</td>
    <td>${timeCell(webhook.received_at)}</td>
    <td>${webhook.type}</td>
    <td class="mono">${webhook.webhook_id}</td>
    <td>${webhook.attempt}</td>
    <td>${webhook.answered}</td>
    <td>
      <details id="${receiver}-${webhook.sequence}">
        <summary>Show</summary>
        <p>${webhook.reason}</p>
        <pre tabindex="0">${pretty(webhook.body)}</pre>
        <pre tabindex="0">${Object.entries(webhook.headers).map(([name, value]) => `${name}: ${value}\n`)}</pre>
      </details>
    </td>
  </tr>`;

const verdictMark = ({ verified, reason }: ReceivedWebhook): Html => {
  if (verified === null) return html`<span class="mark neutral" title="${reason}">? unchecked</span>`;
  return verified
    ? html`<span class="mark good" title="${reason}">✓ verified</span>`
    : html`<span class="mark bad" title="${reason}">✗ refused</span>`;
};

const pretty = (body: string): string => {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
};
