import { hiddenFields } from '../../core/http/pages/form.js';
import { attributes, html, type Html } from '../../core/http/pages/html.js';
import type { Page } from '../../core/http/pages/layout.js';
import { timeOf } from '../../core/http/pages/time.js';
import { nonceLimits, type Nonce } from '../nonce/nonce.table.js';

/** How a link names a login request: `/auth/cli?nonce=<id>&secret=<secret>`. */
export type NonceKey = { nonce: string; secret: string };

/** Asks whether a program may log in. */
export function approvePage(request: Nonce, key: NonceKey, visitorName: string): Page {
  const expiresAt = new Date(request.createdAt.getTime() + nonceLimits.lifetimeSeconds * 1000);
  const here = `/auth/cli?${new URLSearchParams(key)}`;
  return {
    title: 'Log a program in',
    isNarrow: true,
    main: html`<h1>Log a program in?</h1>
      <p class="lead"><strong>${request.name}</strong> wants to act as <strong>${visitorName}</strong>.</p>
      <form class="card" method="post" action="/auth/cli">
        ${hiddenFields(key)}
        <dl>
          <dt>Program</dt>
          <dd>${request.name}</dd>
          <dt>Where</dt>
          <dd>on this computer, at ${new URL(request.callbackUrl).host}</dd>
          <dt>Account</dt>
          <dd>${visitorName} (<a href="/login?next=${encodeURIComponent(here)}">use another</a>)</dd>
          <dt>Holds until</dt>
          <dd>${timeOf(expiresAt)}</dd>
        </dl>
        <p class="faint">
          Approve only what you have just started yourself. The program gets an access token and may do all that you
          may, until you revoke the token in your settings.
        </p>
        <div class="buttons">
          <button name="decision" value="approve">Approve</button>
          <button class="second" name="decision" value="cancel">Cancel</button>
        </div>
      </form>`,
  };
}

type Answered = {
  title: string;
  callbackUrl: string;
  /** What the program gets, as its callback takes it. */
  answer: { token?: string; status: 'authorized' | 'cancelled' };
  /** What the page says while the program is asked, when it has the answer, and when it cannot be reached. */
  sending: string;
  delivered: string;
  failed: string;
  /** What is left to do when it cannot be reached. */
  byHand: Html | null;
};

/** @param raw the token, shown when the program cannot be reached */
export function approvedPage(name: string, callbackUrl: string, raw: string, graphqlUrl: string): Page {
  return answeredPage({
    title: 'Approved',
    callbackUrl,
    answer: { token: raw, status: 'authorized' },
    sending: `Telling ${name}…`,
    delivered: `${name} is logged in. You can close this tab.`,
    failed: `This page could not reach ${name}. Log it in by hand: copy this line into the terminal.`,
    byHand: html`<pre class="copy" tabindex="0"><code>wasmer login --registry ${graphqlUrl} ${raw}</code></pre>
      <p class="faint">
        The token is not shown again. You can revoke it in your <a href="/settings/access-tokens">settings</a>.
      </p>`,
  });
}

export function cancelledPage(name: string, callbackUrl: string): Page {
  return answeredPage({
    title: 'Cancelled',
    callbackUrl,
    answer: { status: 'cancelled' },
    sending: `Telling ${name}…`,
    delivered: `${name} is not logged in. You can close this tab.`,
    failed: `${name} is not logged in. This page could not tell it so: stop it with Ctrl-C.`,
    byHand: null,
  });
}

/** Without script it says what it says when the program cannot be reached, for it cannot. The script replaces the text. */
function answeredPage({ title, callbackUrl, answer, sending, delivered, failed, byHand }: Answered): Page {
  const data = {
    'data-callback': callbackUrl,
    'data-answer': JSON.stringify(answer),
    'data-sending': sending,
    'data-delivered': delivered,
    'data-failed': failed,
  };
  return {
    title,
    isNarrow: true,
    script: 'approve.js',
    connectTo: callbackUrl,
    main: html`<h1>${title}</h1>
      <div${attributes({ id: 'hand-over', class: byHand ? 'card good' : 'card', ...data })}>
        <p id="outcome" role="status">${failed}</p>
        ${byHand && html`<div id="by-hand">${byHand}</div>`}
      </div>`,
  };
}

const refusals = {
  NONCE_EXPIRED: { title: 'This login request has expired', text: 'A program waits ten minutes for an answer.' },
  NONCE_USED: {
    title: 'This login request is answered',
    text: 'It was approved or cancelled before, and takes one answer only.',
  },
  NONCE_NOT_FOUND: {
    title: 'There is no such login request',
    text: 'The address is not whole, or the request is long over.',
  },
};

/** Why a login request takes no answer. */
type RequestRefusal = keyof typeof refusals;

export const isRequestRefusal = (code: string): code is RequestRefusal => Object.hasOwn(refusals, code);

export function noRequestPage(code: RequestRefusal): Page {
  const { title, text } = refusals[code];
  return {
    title,
    isNarrow: true,
    main: html`<h1>${title}</h1>
      <p>${text}</p>
      <p>To try again, go back to the terminal and start the login anew:</p>
      <pre tabindex="0"><code>wasmer login</code></pre>`,
  };
}
