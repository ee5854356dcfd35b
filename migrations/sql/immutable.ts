/**
 * Makes the log and the settings unchangeable: the rights are taken even from the owner, and triggers that fire always
 * (replication roles included) stop a superuser, to whom rights mean nothing.
 */
export const immutableTables = `
CREATE FUNCTION store.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on %.% is refused: it is written once.', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'WB100';
END $$;

CREATE TRIGGER events_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON store.events
  FOR EACH STATEMENT EXECUTE FUNCTION store.refuse_change();
ALTER TABLE store.events ENABLE ALWAYS TRIGGER events_immutable;

CREATE TRIGGER settings_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON store.settings
  FOR EACH STATEMENT EXECUTE FUNCTION store.refuse_change();
ALTER TABLE store.settings ENABLE ALWAYS TRIGGER settings_immutable;

REVOKE UPDATE, DELETE, TRUNCATE ON store.events, store.settings FROM PUBLIC, CURRENT_USER;
`;
