/** Class of the advisory locks that appends hold. Nothing else in the database may use it. */
export const LEASE_CLASS = 0x57424c;

/** Advisory lock keys have 32 bits; positions are compared modulo this window, far wider than what is in flight. */
export const LEASE_WINDOW = 2_147_483_648;

/**
 * `store.safe_head()`: the highest position below which no event can appear any more.
 *
 * An append locks, shared, the last drawn position P before it draws its own, so all its positions are above P.
 * Whoever asks for the last position first and for the locks second sees every append that drew below that position:
 * one whose lock it does not see either has committed or will draw above. The order of the two statements is the
 * proof; the events must be read later, by a statement with a newer snapshot.
 *
 * \`blocker\` is the backend that holds the mark back, null when the mark is at \`last\`.
 */
export const safeHeadFunction = `
CREATE FUNCTION store.safe_head(OUT safe bigint, OUT last bigint, OUT blocker integer)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  -- A fresh sequence says 1 both before and after its first draw; only is_called tells them apart.
  SELECT CASE WHEN is_called THEN last_value ELSE 0 END INTO last FROM store.event_position;

  SELECT last - held.behind, held.pid INTO safe, blocker
  FROM (
    SELECT l.pid, (((last - l.objid::bigint) % ${LEASE_WINDOW}) + ${LEASE_WINDOW}) % ${LEASE_WINDOW} AS behind
    FROM pg_locks l
    WHERE l.locktype = 'advisory' AND l.classid = ${LEASE_CLASS} AND l.objsubid = 2 AND l.granted
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  ) held
  -- More than half the window behind means: taken after \`last\` was read, so ahead of it.
  WHERE held.behind < ${LEASE_WINDOW / 2}
  ORDER BY held.behind DESC
  LIMIT 1;

  safe := coalesce(safe, last);
  IF safe = last THEN blocker := NULL; END IF;
END $$;
`;
