import type { FakeAccount, FakeRequest } from './fake.js';
import { escapeHtml, formOf } from './fake-http.js';

/** What a consent page shows. */
export interface ConsentPage {
  readonly providerName: string;
  readonly appName: string;
  readonly accounts: readonly FakeAccount[];
  /** Scope and what it means in plain words. */
  readonly scopes: readonly { readonly scope: string; readonly meaning: string }[];
  readonly redirectUri: string;
  /** The account to choose first: what the app suggested. */
  readonly loginHint: string | null;
}

/** What the person decided, or that nobody did yet. */
export type ConsentDecision =
  | { readonly outcome: 'undecided' | 'denied' | 'email_missing' }
  | { readonly outcome: 'allowed'; readonly email: string; readonly scopes: readonly string[] };

/**
 * Reads the decision out of a consent request. A browser posts the form of {@link consentPage}; a test may post
 * `email=…&decision=allow` to the same URL, or add `auto_approve=<email>` to it and need no form.
 */
export const consentDecisionOf = (request: FakeRequest, requestedScopes: readonly string[]): ConsentDecision => {
  const automatic = request.query.get('auto_approve');
  if (automatic !== null && automatic !== '') return { outcome: 'allowed', email: automatic, scopes: requestedScopes };
  if (request.method !== 'POST') return { outcome: 'undecided' };
  const form = formOf(request);
  if (form.get('decision') !== 'allow') return { outcome: 'denied' };
  const email = (form.get('other_email') || form.get('email') || '').trim().toLowerCase();
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) return { outcome: 'email_missing' };
  // Only the page sends `granular`: a box that is not ticked is absent from a form, just like a box that never was.
  const scopes = form.has('granular') ? requestedScopes.filter((scope) => form.getAll('scope').includes(scope)) : requestedScopes;
  return { outcome: 'allowed', email, scopes };
};

/** The page that asks a person which account an app may use and for what. It posts to its own URL. */
export const consentPage = (page: ConsentPage, problem: string | null = null): string => {
  const { providerName, appName, accounts, scopes, redirectUri, loginHint } = page;
  const first = accounts.find(({ email }) => email === loginHint) ?? accounts[0];
  const accountRows = accounts.map(
    ({ email, givenName, familyName }) =>
      `<label class="row"><input type="radio" name="email" value="${escapeHtml(email)}"${email === first?.email ? ' checked' : ''}>` +
      `<span><b>${escapeHtml(`${givenName} ${familyName}`)}</b><br><small>${escapeHtml(email)}</small></span></label>`,
  );
  const scopeRows = scopes.map(
    ({ scope, meaning }) =>
      `<label class="row"><input type="checkbox" name="scope" value="${escapeHtml(scope)}" checked>` +
      `<span>${escapeHtml(meaning)}<br><small>${escapeHtml(scope)}</small></span></label>`,
  );
  return fakePage(
    `${appName} wants to use your ${providerName} account`,
    `<p class="note">This is a pretend ${escapeHtml(providerName)} for trying things out. Nothing here reaches the real one.</p>
<h1><b>${escapeHtml(appName)}</b> wants to use your ${escapeHtml(providerName)} account</h1>
${problem === null ? '' : `<p role="alert" class="problem">${escapeHtml(problem)}</p>`}
<form method="post">
<input type="hidden" name="granular" value="1">
<fieldset><legend>Account</legend>${accountRows.join('')}
<label class="other">Another address <input type="email" name="other_email" autocomplete="off" placeholder="someone@example.com"></label></fieldset>
<fieldset><legend>It will be able to</legend>${scopeRows.join('') || '<p>see that you signed in</p>'}</fieldset>
<p><small>Afterwards you return to ${escapeHtml(redirectUri)}</small></p>
<div class="actions"><button name="decision" value="allow">Allow</button><button name="decision" value="deny" class="quiet" formnovalidate>Deny</button></div>
</form>`,
  );
};

/** A refusal that no app may see, because it cannot be trusted with a redirect. */
export const refusalPage = (providerName: string, title: string, detail: string): string =>
  fakePage(title, `<p class="note">Pretend ${escapeHtml(providerName)}</p><h1>${escapeHtml(title)}</h1><p>${escapeHtml(detail)}</p>`);

/** The frame of every page a fake shows. `content` is HTML already. */
export const fakePage = (title: string, content: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title>
<style>
:root{color-scheme:light dark;--line:light-dark(#d5d9e0,#3a404a);--soft:light-dark(#f4f6f9,#1b1f26);--accent:light-dark(#2457c5,#8ab0ff);--on:light-dark(#fff,#10141b)}
*{box-sizing:border-box}body{font:16px/1.5 system-ui,sans-serif;margin:0;min-height:100vh;display:grid;place-items:center;background:var(--soft)}
main{max-width:34rem;width:100%;padding:2rem;background:Canvas;border:1px solid var(--line);border-radius:14px}
h1{font-size:1.35rem;font-weight:500;margin:.5rem 0 1.25rem}.note{margin:0;font-size:.85rem;opacity:.75}small{opacity:.75;overflow-wrap:anywhere}
fieldset{border:1px solid var(--line);border-radius:10px;margin:0 0 1rem;padding:.5rem 1rem}legend{padding:0 .4rem;font-weight:600}
.row{display:flex;gap:.75rem;align-items:baseline;padding:.4rem 0}.other{display:block;padding:.4rem 0}
input[type=email]{font:inherit;width:100%;padding:.5rem;border:1px solid var(--line);border-radius:8px;background:Canvas;color:CanvasText}
.actions{display:flex;gap:.75rem}button{font:inherit;font-weight:600;padding:.6rem 1.4rem;border-radius:8px;border:1px solid var(--accent);background:var(--accent);color:var(--on);cursor:pointer}
button.quiet{background:transparent;color:var(--accent)}:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.problem{padding:.6rem 1rem;border-radius:8px;border:1px solid light-dark(#b3261e,#ff8a80)}
</style></head><body><main>${content}</main></body></html>`;
