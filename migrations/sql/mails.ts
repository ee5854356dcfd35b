/**
 * Every mail that an event asked for, once: the row is made before the mail is sent, and a mail that was sent is not sent again.
 * `body` is sealed, and there only while nothing can be sent; `user_id` is a stream id. Rows are forgotten after 90 days.
 */
export const mailsTable = `
CREATE TABLE store.mails (
  number bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  event_position bigint NOT NULL,
  template text NOT NULL,
  user_id text NOT NULL,
  message_id text NOT NULL,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'kept', 'failed', 'dropped')),
  last_error text,
  body jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  sent_at timestamptz,
  CONSTRAINT mails_once_per_event UNIQUE (event_position, template, user_id)
);
`;
