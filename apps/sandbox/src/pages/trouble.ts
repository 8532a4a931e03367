import type { ActiveFault, FakeSituation, FaultRule } from '@patchbay/providers/testing';
import { html, type Html } from './layout.js';

/** What a form names to hit every provider at once. */
export const everyProvider = '*';

/** A form that makes trouble, and the page to come back to. */
export interface TroubleForm {
  readonly provider: string;
  readonly page: 'overview' | 'provider';
}

/** The faults that a button can put into force. More kinds are in the control API. */
export const pressableFaults: Readonly<Record<string, FaultRule>> = {
  'status-500': { effect: { kind: 'fail', status: 500, retryAfter: null }, match: {}, count: 3, probability: 1 },
  'status-429': { effect: { kind: 'fail', status: 429, retryAfter: '2' }, match: {}, count: 3, probability: 1 },
  drop: { effect: { kind: 'drop_after_executing' }, match: {}, count: 1, probability: 1 },
  delay: { effect: { kind: 'delay', ms: 2_000 }, match: {}, count: null, probability: 1 },
  cut: { effect: { kind: 'cut_answer' }, match: {}, count: 1, probability: 1 },
  down: { effect: { kind: 'down' }, match: {}, count: null, probability: 1 },
};

const buttons: readonly { readonly label: string; readonly fault: string }[] = [
  { label: 'Next 3 answers: 500', fault: 'status-500' },
  { label: 'Next 3 answers: 429', fault: 'status-429' },
  { label: 'Drop the next answer after executing', fault: 'drop' },
  { label: 'Break off in the middle of the next answer', fault: 'cut' },
  { label: 'Answer 2 seconds late', fault: 'delay' },
  { label: 'Go down', fault: 'down' },
  { label: 'End all access tokens', fault: 'expire-tokens' },
  { label: 'Clear faults', fault: 'clear' },
];

/** The buttons for faults; `choice` is how the form says whom they hit. */
export const faultButtons = (page: TroubleForm['page'], choice: Html): Html =>
  html`<form method="post" action="/actions/fault">
    <input type="hidden" name="page" value="${page}" />${choice}
    <div class="buttons">${buttons.map(({ label, fault }) => html`<button name="fault" value="${fault}">${label}</button>`)}</div>
  </form>`;

/** The buttons of what can happen at one provider only; null where there is nothing of the kind. */
export const situationButtons = (provider: string, situations: readonly FakeSituation[]): Html | null => {
  const pressable = situations.filter((situation) => situation.buttons.length > 0);
  if (pressable.length === 0) return null;
  return html`<h3>Only here</h3>
    ${pressable.map(
      ({ name, buttons: own }) =>
        html`<form class="buttons" method="post" action="/actions/situation">
          <input type="hidden" name="provider" value="${provider}" /><input type="hidden" name="situation" value="${name}" />
          ${own.map(({ label }, index) => html`<button name="button" value="${index}">${label}</button>`)}
        </form>`,
    )}`;
};

/** A fault as people read it. */
export const faultText = ({ effect, match, count, probability }: ActiveFault): string => {
  const effects = {
    fail: 'status' in effect ? `answers ${effect.status}` : '',
    delay: 'ms' in effect ? `waits ${effect.ms} ms` : '',
    drop_after_executing: 'does what is asked, then drops the answer',
    cut_answer: 'does what is asked, then breaks off in the middle of the answer',
    down: 'does not answer at all',
  };
  const where = [match.method, match.path === undefined ? undefined : `paths with ${String(match.path)}`]
    .filter((part) => part !== undefined)
    .join(' ');
  const chance = probability < 1 ? `, with probability ${probability}` : '';
  return `${effects[effect.kind]}${where === '' ? '' : ` (${where})`}${count === null ? ', until cleared' : `, ${count} more`}${chance}`;
};
