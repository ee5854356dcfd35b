import { writeFileSync } from 'node:fs';
import { everyErrorCode } from '../../src/core/errors/catalogue.js';
import { errorsPage } from './errors-page.js';

/** Writes docs/ERRORS.md anew, from the catalogues that are loaded. */
export function updateErrorsPage(): void {
  writeFileSync('docs/ERRORS.md', errorsPage(everyErrorCode()));
}
