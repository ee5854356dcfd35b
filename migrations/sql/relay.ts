/**
 * The relay's one row: who publishes the log to Kafka, until when, and up to where the broker has acknowledged it. Made when a relay
 * runs for the first time.
 */
export const relayTable = `
CREATE TABLE store.relay (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  position bigint NOT NULL,
  holder uuid,
  name text,
  backend_pid integer,
  backend_started_at timestamptz,
  expires_at timestamptz
)`;

/**
 * `store.renew_relay(...)`: takes the relay's lease, or keeps it. One that is held by a process whose lease ran out (it is frozen) or
 * whose listener connection is gone (it was killed) is free. Null when another holds it, or when the caller knows the log under another
 * incarnation than it has by now; else the position up to which all is published.
 * The row is made at the head of the log, for what happened before Kafka was switched on nobody needs from it.
 */
export const renewRelay = `
CREATE FUNCTION store.renew_relay(
  p_id uuid, p_name text, p_backend_pid integer, p_backend_started_at timestamptz, p_lease_ms integer, p_incarnation uuid
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  v_position bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM store.relay) THEN
    INSERT INTO store.relay (position) SELECT safe FROM store.safe_head() ON CONFLICT DO NOTHING;
  END IF;
  UPDATE store.relay r SET holder = p_id, name = p_name, backend_pid = p_backend_pid, backend_started_at = p_backend_started_at,
    expires_at = clock_timestamp() + p_lease_ms * interval '1 millisecond'
  WHERE store.incarnation() = p_incarnation
    AND (r.holder IS NULL OR r.holder = p_id OR r.expires_at < clock_timestamp() OR NOT EXISTS (
      SELECT FROM pg_stat_activity a WHERE a.pid = r.backend_pid AND a.backend_start = r.backend_started_at))
  RETURNING r.position INTO v_position;
  RETURN v_position;
END $$`;
