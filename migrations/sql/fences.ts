/**
 * A log that was restored from a backup may differ from what others have seen of it. A fence gives it another name from a position on.
 * The settings, with the first name, are written once; the last fence counts.
 */
export const fencesTable = `
CREATE TABLE store.fences (
  number integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  incarnation uuid NOT NULL DEFAULT gen_random_uuid(),
  position bigint NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now()
)`;

/** `store.incarnation()`: the name of this log. */
export const incarnationFunction = `
CREATE FUNCTION store.incarnation() RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT incarnation FROM store.fences ORDER BY number DESC LIMIT 1), (SELECT incarnation FROM store.settings))
$$`;

/**
 * `store.fence(reason)`: fences the log, lets the relay begin at its end, and pauses every projection that has seen events beyond
 * it, which this log never had. Refused while a process runs, for it learnt the log's name at its start.
 */
export const fenceFunction = `
CREATE FUNCTION store.fence(p_reason text, OUT incarnation uuid, OUT head bigint, OUT paused text[], OUT running text[])
LANGUAGE plpgsql AS $$
BEGIN
  -- Holds off processes that want to register.
  PERFORM pg_advisory_xact_lock(1463897410, 1);
  SELECT array_agg(p.name) INTO running FROM store.processes p
  WHERE p.expires_at > clock_timestamp() AND EXISTS (
    SELECT FROM pg_stat_activity a WHERE a.pid = p.backend_pid AND a.backend_start = p.backend_started_at);
  IF running IS NOT NULL THEN RETURN; END IF;

  SELECT safe INTO head FROM store.safe_head();
  INSERT INTO store.fences (position) VALUES (head) RETURNING fences.incarnation INTO incarnation;
  UPDATE store.relay SET position = head, holder = NULL, expires_at = NULL;

  WITH moved AS (
    UPDATE store.checkpoints c SET position = head, generation = c.generation + 1 WHERE c.position > head RETURNING c.projection
  ), names AS (SELECT DISTINCT projection FROM moved), changed AS (
    UPDATE store.projections p SET state = 'paused', reason = p_reason, changed_at = now()
    FROM names n WHERE p.name = n.projection RETURNING p.name
  )
  SELECT coalesce(array_agg(name ORDER BY name), '{}') INTO paused FROM changed;
END $$`;
