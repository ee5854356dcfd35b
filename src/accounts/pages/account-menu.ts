import { html, type Html } from '../../core/http/pages/html.js';
import { buttonForm } from '../../core/http/pages/form.js';
import type { Visitor } from '../../core/http/pages/visitors.js';

/** The right side of every page's header. */
export function accountMenu(visitor: Visitor | null, mayRegister: boolean): Html {
  if (visitor) {
    return html`<a class="who" href="/settings"><span class="visually-hidden">Settings of </span>${visitor.name}</a>
      ${buttonForm('/logout', 'Log out', { look: 'quiet' })}`;
  }
  return html`<a href="/login">Log in</a>${mayRegister && html` <a href="/register">Register</a>`}`;
}
