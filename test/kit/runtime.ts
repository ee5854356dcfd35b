// Parts of the product that test/run.mjs needs before jest runs; built as dist/testkit.mjs.
export { startEmbeddedPostgres } from '../../src/core/postgres/index.js';
