/**
 * How often was downloaded: a package (its stream id), a version of it (`<stream id>/<version number>`), or anything in a month of UTC
 * (`month-2026-11`). One row for each, so that what a page shows is a look-up. Counted beside the log, not derived from it.
 */
export const downloadCountsTable = `
CREATE TABLE store.download_counts (
  subject text PRIMARY KEY,
  downloads bigint NOT NULL
) WITH (fillfactor = 80);
`;
