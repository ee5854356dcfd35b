import { errorCatalogue } from '../errors/catalogue.js';

export const { refuse } = errorCatalogue({
  SUBSCRIPTION_FELL_BEHIND: {
    message: 'Events came faster than they were read. Subscribe again.',
    help: 'Too many events were waiting for this subscription. A new one begins with what is true now.',
  },
});
