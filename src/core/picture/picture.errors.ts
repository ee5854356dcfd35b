import { errorCatalogue } from '../errors/catalogue.js';
import { pictureLimits } from './picture.limits.js';

const { inputBytes, inputPixels } = pictureLimits;

export const { refuse } = errorCatalogue({
  INVALID_PICTURE: {
    message: 'This is no picture that can be taken.',
    help: `PNG, JPEG, WebP and GIF are taken, whole and undamaged, of up to ${inputBytes} bytes and ${inputPixels} pixels. \`rule\` says what it breaks.`,
  },
});
