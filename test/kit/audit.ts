import { select } from './select.js';

/**
 * Watches every live read table for a row that is written for an event which it has seen, or which stands before one that it has seen:
 * later writes would hide such a thing from whoever compares at the end. Tables that are made later are not watched.
 */
export async function watchOrder(url: string): Promise<void> {
  await select(url, watch);
}

/** @returns a line for each write out of order. */
export async function writesOutOfOrder(url: string): Promise<string[]> {
  const rows = await select(url, 'SELECT * FROM audit.out_of_order');
  return rows.map(({ relation, id, had, got }) => `${relation} ${id}: event ${got} was applied after ${had}`);
}

const watch = `
CREATE SCHEMA IF NOT EXISTS audit;
CREATE TABLE IF NOT EXISTS audit.out_of_order (relation text, id text, had bigint, got bigint);
CREATE OR REPLACE FUNCTION audit.watch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.position <= OLD.position THEN
    INSERT INTO audit.out_of_order VALUES (TG_TABLE_NAME, NEW.id, OLD.position, NEW.position);
  END IF;
  RETURN NULL;
END $$;
DO $$
DECLARE relation text;
BEGIN
  FOR relation IN SELECT table_name FROM information_schema.columns WHERE table_schema = 'read' AND column_name = 'position' LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER audit AFTER UPDATE ON read.%I FOR EACH ROW EXECUTE FUNCTION audit.watch()', relation);
  END LOOP;
END $$;
`;
