import { errorCatalogue } from '../../core/errors/catalogue.js';

export const { refuse } = errorCatalogue({
  MANIFEST_INVALID: {
    message: 'The manifest of the package cannot be used.',
    help: '`field` is `manifest` for the wasmer.toml that was sent, `file` for what the package file says of itself. `rule` is what is wrong, `path` the field of the manifest and `line` the line of the TOML.',
  },
  MANIFEST_MISMATCH: {
    message: 'What is said of the package and what is in it are not the same.',
    help: '`field` is what differs. `inManifest` is what the wasmer.toml says, `inInput` the input, `inFile` the package file; of lists only what the other one lacks. Build and publish from the same wasmer.toml.',
  },
});
