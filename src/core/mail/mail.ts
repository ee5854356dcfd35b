/** What a mail says, before it is put into the layout. All text; nothing of it is HTML. */
export type MailContent = {
  subject: string;
  /** `Hello Ada,`. */
  greeting: string;
  /** What it is about, then what the link does. */
  before: string[];
  /** The one thing to do; null for a notice. */
  action: { label: string; url: string } | null;
  after: string[];
};

/** A mail as the transport sends it. */
export type RenderedMail = { subject: string; text: string; html: string };

/** For which event, of which kind and to whom: at most one mail is sent for the three together. */
export type MailKey = {
  eventPosition: number;
  /** `password-reset`: kept with the mail, and shown to operators. */
  template: string;
  /** Stream of the person, whose data key seals what is kept. */
  userId: string;
};
