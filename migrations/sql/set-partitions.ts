/**
 * `store.set_partitions(n)`: the partition count of a log that has no event yet. As soon as there is one, which carries its partition, the
 * count is as unchangeable as the other settings, for whoever tries: that is what the triggers see to. The caller must keep appends away.
 */
export const setPartitionsFunction = `
CREATE FUNCTION store.refuse_partitions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM store.events) THEN
    RAISE EXCEPTION 'The partition count is refused: events carry it.' USING ERRCODE = 'WB100';
  END IF;
  RETURN NULL;
END $$;

DROP TRIGGER settings_immutable ON store.settings;
CREATE TRIGGER settings_immutable BEFORE UPDATE OF only_row, incarnation, created_at OR DELETE OR TRUNCATE ON store.settings
  FOR EACH STATEMENT EXECUTE FUNCTION store.refuse_change();
CREATE TRIGGER settings_partitions BEFORE UPDATE ON store.settings
  FOR EACH STATEMENT EXECUTE FUNCTION store.refuse_partitions();
ALTER TABLE store.settings ENABLE ALWAYS TRIGGER settings_immutable, ENABLE ALWAYS TRIGGER settings_partitions;

CREATE FUNCTION store.set_partitions(p_partitions smallint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT partitions FROM store.settings) = p_partitions THEN RETURN; END IF;
  -- The right is lent for this one statement: nobody has it otherwise.
  GRANT UPDATE (partitions) ON store.settings TO CURRENT_USER;
  UPDATE store.settings SET partitions = p_partitions;
  REVOKE UPDATE (partitions) ON store.settings FROM CURRENT_USER;
END $$;
`;

export const dropSetPartitions = `
DROP FUNCTION store.set_partitions(smallint);
DROP TRIGGER settings_partitions ON store.settings;
DROP TRIGGER settings_immutable ON store.settings;
DROP FUNCTION store.refuse_partitions();
CREATE TRIGGER settings_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON store.settings
  FOR EACH STATEMENT EXECUTE FUNCTION store.refuse_change();
ALTER TABLE store.settings ENABLE ALWAYS TRIGGER settings_immutable;
`;
