import { errorCatalogue } from '../../errors/catalogue.js';

export const { refuse } = errorCatalogue({
  PERSISTED_DOCUMENTS_FULL: {
    message: 'No more documents can be stored.',
    help: 'POST /graphql/persist keeps a bounded number of documents (`limit`). Nothing was stored; documents that are stored go on working.',
  },
});
