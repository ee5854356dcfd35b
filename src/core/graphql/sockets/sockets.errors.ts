import { errorCatalogue } from '../../errors/catalogue.js';
import { socketLimits } from './limits.js';

export const { refuse } = errorCatalogue({
  TOO_MANY_OPERATIONS: {
    message: 'Too many operations run on this socket.',
    help: `A socket runs at most ${socketLimits.operations} operations at once. Stop one, or wait for one to end.`,
  },
});
