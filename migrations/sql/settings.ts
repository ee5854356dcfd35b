/**
 * The facts that are fixed when a store is made. The number of partitions is 8 unless the migrating session says
 * otherwise with \`SET waybill.partitions = n\`: events carry their partition for ever, so it cannot change later.
 */
export const storeSettings = `
CREATE TABLE store.settings (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  partitions smallint NOT NULL CHECK (partitions BETWEEN 1 AND 1024),
  incarnation uuid NOT NULL DEFAULT gen_random_uuid(),
  created_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO store.settings (partitions)
VALUES (coalesce(nullif(current_setting('waybill.partitions', true), '')::smallint, 8));
`;
