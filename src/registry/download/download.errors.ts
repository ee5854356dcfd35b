import { errorCatalogue } from '../../core/errors/catalogue.js';

export const { refuse } = errorCatalogue({
  DOWNLOAD_URL_INVALID: {
    message: 'This download URL is not valid. Ask for a new one.',
    help: 'It was not made here, was changed, is that of another file, or has expired: the URL of a private file holds for an hour. Which of them is not told. With the token of somebody who may see the package it opens the file, too.',
  },
});
