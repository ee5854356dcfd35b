import { errorCatalogue } from '../errors/catalogue.js';

export const { refuse } = errorCatalogue({
  INVALID_ID: {
    message: 'This is not a valid id.',
    help: 'Ids are opaque: send one exactly as a query gave it. `expected` names the kind of thing that was asked for.',
  },
});
