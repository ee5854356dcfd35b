/** Tries of a mail: over three and a half hours. A link may be over by then, and then the mail is not sent. */
export const mailAttempts = 10;

/** What people know the service by: its host. */
export const serviceName = (publicUrl: string): string => new URL(publicUrl).host;

const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

/** `25 November 2026 at 04:50 UTC`, from RFC 3339. */
export const moment = (at: string): string => `${format.format(new Date(at))} UTC`;
