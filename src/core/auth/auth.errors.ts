import { errorCatalogue } from '../errors/catalogue.js';

export const { refuse } = errorCatalogue({
  TOO_MANY_REQUESTS: {
    message: 'Too much is asked at once. Try again in a moment.',
    help: 'The server protects itself: nothing was changed, and the same request can be sent again later.',
  },
  TOO_MANY_ATTEMPTS: {
    message: 'There were too many tries. Wait before the next one.',
    help: '`retryAfterSeconds` says how long. Whether the account exists makes no difference. An operator can let an account in at once: `waybill users unlock`.',
  },
});
