export { Random } from '../../src/cli/seed/random.js';
