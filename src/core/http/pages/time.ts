import { html, type Html } from './html.js';

const format = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});

/** A moment, the same for everybody: the server does not know the reader's time zone. */
export function momentOf(moment: Date): Html {
  return html`<time datetime="${moment.toISOString()}">${format.format(moment)} UTC</time>`;
}

/** A moment of the next hours: the time alone. */
export function timeOf(moment: Date): Html {
  return html`<time datetime="${moment.toISOString()}">${moment.toISOString().slice(11, 16)} UTC</time>`;
}

/** A span of time in words, rounded up: `40 seconds`, `1 minute`, `3 hours`. */
export function spanOf(seconds: number): string {
  if (seconds <= 90) return counted(Math.max(1, Math.ceil(seconds)), 'second');
  const minutes = Math.ceil(seconds / 60);
  return minutes <= 90 ? counted(minutes, 'minute') : counted(Math.ceil(minutes / 60), 'hour');
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
