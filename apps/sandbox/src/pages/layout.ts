import { escapeHtml } from '@patchbay/providers/testing';

/** HTML that is safe to put into a page as it is. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | string | number | null | readonly Part[];

/** Builds HTML out of a template: everything that is not {@link Html} itself is escaped. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(strings.reduce((text, string, index) => text + render(parts[index - 1] ?? null) + string));

const render = (part: Part): string => {
  if (part === null) return '';
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return (part as readonly Part[]).map(render).join('');
  return escapeHtml(String(part));
};

/** The frame of every page of the sandbox. Sections marked `data-live` renew themselves every two seconds until paused. */
export const layout = (title: string, content: Html): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · Patchbay sandbox</title><link rel="icon" href="data:,"><style>${style}</style></head>
<body><a class="skip" href="#main">Skip to content</a>
<header><a class="brand" href="/">Patchbay <b>sandbox</b></a>
<nav aria-label="Main"><a href="/">Overview</a><a href="/receiver">Webhooks</a><a href="/ledger">Ledger</a></nav>
<button type="button" id="pause" aria-pressed="false" hidden>Pause updates</button></header>
<main id="main">${content.text}</main><script>${script}</script></body></html>`;

/** One number with a name. */
export const figure = (name: string, value: string | number): Html => html`<div class="figure"><b>${value}</b><span>${name}</span></div>`;

/** A time as people read it, with the exact one behind it. */
export const timeCell = (iso: string): Html => html`<time datetime="${iso}" title="${iso}">${iso.slice(11, 23)}</time>`;

const style = `
:root{color-scheme:light dark;--line:light-dark(#dde1e8,#333a45);--soft:light-dark(#f5f7fa,#171b21);--page:light-dark(#fff,#0f1318);--text:light-dark(#1a2029,#e8ecf2);--dim:light-dark(#5a6472,#9aa5b4);
--accent:light-dark(#2457c5,#8ab0ff);--good:light-dark(#146c3a,#6ddc9a);--goodbg:light-dark(#e3f5ea,#12301f);--bad:light-dark(#a3231b,#ff9a91);--badbg:light-dark(#fdeae8,#3a1714)}
*{box-sizing:border-box}body{margin:0;font:15px/1.5 system-ui,sans-serif;background:var(--page);color:var(--text)}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem}
header{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:center;padding:.75rem 1.5rem;background:var(--soft);border-bottom:1px solid var(--line)}
.brand{text-decoration:none;color:inherit;font-size:1.1rem}nav{display:flex;flex-wrap:wrap;gap:1rem;flex:1}a{color:var(--accent)}
main{max-width:76rem;margin:0 auto;padding:1.5rem}h1{font-size:1.5rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:1.25rem 0 .25rem}p.lead{color:var(--dim);margin:.25rem 0 1rem;max-width:46rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line);vertical-align:top}th{font-weight:600;color:var(--dim);font-size:.85rem;white-space:nowrap}
code,pre,td.mono{font:13px/1.45 ui-monospace,monospace;overflow-wrap:anywhere}pre{background:var(--soft);border:1px solid var(--line);border-radius:8px;padding:.75rem;margin:.5rem 0;white-space:pre-wrap;max-height:28rem;overflow:auto}
.figures{display:flex;flex-wrap:wrap;gap:.75rem;margin:.75rem 0}.figure{border:1px solid var(--line);border-radius:10px;padding:.5rem 1rem;min-width:7rem}.figure b{display:block;font-size:1.3rem}.figure span{color:var(--dim);font-size:.85rem}
.mark{display:inline-block;padding:.05rem .6rem;border-radius:99px;font-weight:600;font-size:.85rem;white-space:nowrap}.good{color:var(--good);background:var(--goodbg)}.bad{color:var(--bad);background:var(--badbg)}.neutral{color:var(--dim);background:var(--soft);border:1px solid var(--line)}
button,select,input{font:inherit;padding:.35rem .8rem;border:1px solid var(--line);border-radius:8px;background:var(--page);color:inherit}button{cursor:pointer;font-weight:600}button:hover{border-color:var(--accent)}
form.inline{display:flex;flex-wrap:wrap;gap:.5rem;align-items:end;margin:.5rem 0}form.inline label,p.inline label{display:grid;justify-items:start;gap:.15rem;font-size:.85rem;color:var(--dim)}.buttons{display:flex;flex-wrap:wrap;gap:.5rem}
.dim{color:var(--dim)}td form{margin:0}.pills{gap:.4rem;margin:0 0 1.25rem}.pills a{padding:.1rem .7rem;border:1px solid var(--line);border-radius:99px;text-decoration:none;font-size:.9rem}.pills a[aria-current]{background:var(--accent);border-color:var(--accent);color:var(--page);font-weight:600}
.empty{color:var(--dim);border:1px dashed var(--line);border-radius:10px;padding:1rem}:focus-visible{outline:3px solid var(--accent);outline-offset:2px}.struck{text-decoration:line-through;color:var(--dim)}`;

// Only the marked sections are exchanged, so that focus, open details and typed text elsewhere stay.
const script = `
const pause=document.getElementById('pause');let paused=false;
if(document.querySelector('[data-live]')){pause.hidden=false;pause.onclick=()=>{paused=!paused;pause.setAttribute('aria-pressed',paused);pause.textContent=paused?'Resume updates':'Pause updates'};
setInterval(async()=>{if(paused||document.hidden)return;try{const answer=await fetch(location.href);if(!answer.ok)return;const fresh=new DOMParser().parseFromString(await answer.text(),'text/html');
for(const part of document.querySelectorAll('[data-live]')){const next=fresh.getElementById(part.id);if(!next||part.contains(document.activeElement))continue;
const open=new Set([...part.querySelectorAll('details[open][id]')].map(d=>d.id));for(const d of next.querySelectorAll('details[id]'))if(open.has(d.id))d.open=true;
if(next.innerHTML!==part.innerHTML)part.innerHTML=next.innerHTML}}catch{}},2000)}`;
