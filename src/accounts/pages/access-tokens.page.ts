import type { Refusal } from '../../core/errors/refusal.js';
import { form, hiddenFields, type Field } from '../../core/http/pages/form.js';
import { html, type Html } from '../../core/http/pages/html.js';
import type { Page } from '../../core/http/pages/layout.js';
import { problemsOf } from '../../core/http/pages/problems.js';
import { table } from '../../core/http/pages/table.js';
import { momentOf } from '../../core/http/pages/time.js';
import { settingsPage } from './settings.layout.js';

export type ListedToken = { id: string; identifier: string | null; createdAt: Date; lastUsedAt: Date | null };

export type TokensView = {
  tokens: readonly ListedToken[];
  /** Names the token that the form makes, so that a form that is sent twice makes one. */
  clientMutationId: string;
  identifier?: string;
  refusal?: Refusal;
  done?: string;
};

const news = new Map([['revoked', 'The token is revoked. Programs that use it are logged out.']]);

export function accessTokensPage({ tokens, clientMutationId, identifier, refusal, done }: TokensView): Page {
  const fields: Field[] = [
    {
      name: 'identifier',
      label: 'What is it for?',
      value: identifier,
      hint: 'A name that tells you later which program has it: “laptop”, “CI of acme/website”.',
      autocomplete: 'off',
      maxLength: 200,
      isOptional: true,
    },
  ];
  const problems = problemsOf(refusal, fields);
  return settingsPage('/settings/access-tokens', {
    title: 'Access tokens',
    problems,
    news: news.get(done ?? ''),
    main: html`<p>A program with one of these tokens acts as you, until you revoke it.</p>
      ${
        tokens.length === 0
          ? html`<p class="card faint">
              You have no access token yet. Make one below, or log in with <code>wasmer login</code>.
            </p>`
          : html`<div class="card">
              ${table({
                caption: 'Your access tokens',
                columns: ['Name', 'Made', 'Last used', ''],
                rows: tokens.map(rowOf),
              })}
            </div>`
      }
      <h2>New token</h2>
      <div class="column">
        ${form({ action: '/settings/access-tokens', fields, hidden: { clientMutationId }, submit: 'Make a token', problems })}
      </div>`,
  });
}

/** The one time that a token is shown. @param raw null when the form was sent twice: the first answer held the secret */
export function newTokenPage(raw: string | null, graphqlUrl: string): Page {
  return settingsPage('/settings/access-tokens', {
    title: 'New access token',
    main: raw
      ? html`<p>Copy it now. It is not shown again.</p>
          <pre class="copy" tabindex="0"><code>${raw}</code></pre>
          <p>To log the <code>wasmer</code> command in with it:</p>
          <pre class="copy" tabindex="0"><code>wasmer login --registry ${graphqlUrl} ${raw}</code></pre>
          <p><a href="/settings/access-tokens">Back to the list</a></p>`
      : html`<p>
          This token was made and shown before. If you have not kept it, revoke it in the
          <a href="/settings/access-tokens">list</a> and make another.
        </p>`,
  });
}

function rowOf({ id, identifier, createdAt, lastUsedAt }: ListedToken): (Html | string)[] {
  const name = identifier || 'Without a name';
  return [
    name,
    momentOf(createdAt),
    lastUsedAt ? momentOf(lastUsedAt) : 'not yet',
    html`<details class="confirm">
      <summary>Revoke<span class="visually-hidden"> ${name}</span></summary>
      <form method="post" action="/settings/access-tokens/revoke">
        ${hiddenFields({ id })}<button class="danger">Revoke for good</button>
      </form>
    </details>`,
  ];
}
