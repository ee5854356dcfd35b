import { errorCatalogue } from '../errors/catalogue.js';

export const { refuse } = errorCatalogue({
  TOO_MANY_REQUESTS: {
    message: 'Too much is asked at once. Try again in a moment.',
    help: 'The server protects itself: nothing was changed, and the same request can be sent again later.',
  },
});
