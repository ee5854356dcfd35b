/** What a package file must keep to. A refusal names one of these rules; they do not change their names. */
export const packageRules = {
  format: ['PACKAGE_FORMAT_UNKNOWN', 'The file begins neither as a webc nor as a tar.gz'],
  'regular-file': ['PACKAGE_FORMAT_UNKNOWN', 'This is no regular file'],
  'webc-version': ['PACKAGE_FORMAT_UNKNOWN', 'This version of webc cannot be read, only 002 and 003'],

  truncated: ['PACKAGE_TRUNCATED', 'The file ends before what it announces'],

  'section-tag': ['PACKAGE_LAYOUT_INVALID', 'Something else stands where this should begin'],
  'section-length': ['PACKAGE_LAYOUT_INVALID', 'A length does not fit what is there'],
  'span-range': ['PACKAGE_LAYOUT_INVALID', 'A span reaches out of what it points into'],
  'span-overlap': ['PACKAGE_LAYOUT_INVALID', 'Two spans share bytes'],
  'span-gap': ['PACKAGE_LAYOUT_INVALID', 'There are bytes that belong to nothing'],
  'trailing-bytes': ['PACKAGE_LAYOUT_INVALID', 'There are bytes after the end'],
  'volume-name': ['PACKAGE_LAYOUT_INVALID', 'A volume has another name than the index gives it'],
  'tree-root': ['PACKAGE_LAYOUT_INVALID', 'A directory tree begins with something else than a directory'],
  'atom-folder': ['PACKAGE_LAYOUT_INVALID', 'There is a directory among the atoms'],
  signature: ['PACKAGE_LAYOUT_INVALID', 'The signature is of an unknown kind'],
  checksum: ['PACKAGE_LAYOUT_INVALID', 'The index gives no SHA-256 checksum'],
  time: ['PACKAGE_LAYOUT_INVALID', 'A time lies after the year 9999'],
  'gzip-header': ['PACKAGE_LAYOUT_INVALID', 'The gzip header is malformed'],
  'gzip-data': ['PACKAGE_LAYOUT_INVALID', 'The compressed data is malformed'],
  'tar-header': ['PACKAGE_LAYOUT_INVALID', 'A tar header is malformed'],
  'tar-extension': ['PACKAGE_LAYOUT_INVALID', 'An extended tar header is malformed, or contradicts its entry'],

  'section-hash': ['PACKAGE_HASH_MISMATCH', 'A section has another hash than the file says'],
  'tree-hash': ['PACKAGE_HASH_MISMATCH', 'A directory has another hash than the file says'],
  'file-hash': ['PACKAGE_HASH_MISMATCH', 'A file has another hash than the tree says'],
  'atom-hash': ['PACKAGE_HASH_MISMATCH', 'An atom has another hash than the manifest says'],
  'gzip-checksum': ['PACKAGE_HASH_MISMATCH', 'The unpacked data has another checksum or length than gzip says'],

  cbor: ['PACKAGE_CBOR_INVALID', 'The CBOR is malformed, or uses what a package needs not'],
  'cbor-key': ['PACKAGE_CBOR_INVALID', 'A key of a map is no text, or one that is not allowed'],
  'cbor-duplicate': ['PACKAGE_CBOR_INVALID', 'A map has a key twice'],
  'text-utf8': ['PACKAGE_TEXT_INVALID', 'A text is not UTF-8'],
  toml: ['PACKAGE_TEXT_INVALID', 'The TOML is malformed'],

  'manifest-type': ['PACKAGE_MANIFEST_INVALID', 'A field is missing or has another type than it must have'],
  'manifest-missing': ['PACKAGE_MANIFEST_INVALID', 'There is no wasmer.toml'],
  'manifest-version': ['PACKAGE_MANIFEST_INVALID', 'The version is no semantic version'],
  'manifest-duplicate': ['PACKAGE_MANIFEST_INVALID', 'A name is given twice'],
  'manifest-name': ['PACKAGE_MANIFEST_INVALID', 'A name is empty or has characters that are not allowed'],
  'atom-signature': ['PACKAGE_MANIFEST_INVALID', 'The signature of an atom is no SHA-256 hash'],

  'atom-missing': ['PACKAGE_MANIFEST_MISMATCH', 'The manifest names an atom that is not there'],
  'atom-unnamed': ['PACKAGE_MANIFEST_MISMATCH', 'There is an atom that the manifest does not name'],
  'command-atom': ['PACKAGE_MANIFEST_MISMATCH', 'A command runs an atom that is not there'],
  dependency: ['PACKAGE_MANIFEST_MISMATCH', 'The package uses a dependency that it does not declare'],
  entrypoint: ['PACKAGE_MANIFEST_MISMATCH', 'The entrypoint is no command of the package'],
  'volume-missing': ['PACKAGE_MANIFEST_MISMATCH', 'The manifest mounts a volume or folder that is not there'],
  'file-missing': ['PACKAGE_MANIFEST_MISMATCH', 'The manifest names a file that is not there'],

  'path-part': ['PACKAGE_PATH_INVALID', 'A path has an empty part, or one that is "." or ".."'],
  'path-absolute': ['PACKAGE_PATH_INVALID', 'A path is absolute'],
  'path-drive': ['PACKAGE_PATH_INVALID', 'A path begins with the letter of a drive'],
  'path-character': [
    'PACKAGE_PATH_INVALID',
    'A path has a backslash, a slash in a part, or a character that is not printed',
  ],
  'path-utf8': ['PACKAGE_PATH_INVALID', 'A path is not UTF-8'],

  'entry-link': ['PACKAGE_ENTRY_FORBIDDEN', 'There is a link; a package holds only files and directories'],
  'entry-device': ['PACKAGE_ENTRY_FORBIDDEN', 'There is a device; a package holds only files and directories'],
  'entry-fifo': ['PACKAGE_ENTRY_FORBIDDEN', 'There is a FIFO; a package holds only files and directories'],
  'entry-sparse': ['PACKAGE_ENTRY_FORBIDDEN', 'There is a sparse file; a package holds only whole ones'],
  'entry-kind': [
    'PACKAGE_ENTRY_FORBIDDEN',
    'There is an entry of an unknown kind; a package holds only files and directories',
  ],

  'duplicate-path': ['PACKAGE_ENTRY_DUPLICATE', 'A path is there twice'],
  'duplicate-normalised': ['PACKAGE_ENTRY_DUPLICATE', 'Two paths differ only in how accents are encoded'],
  'path-under-file': ['PACKAGE_ENTRY_DUPLICATE', 'A path is a file and also a folder'],

  module: ['PACKAGE_MODULE_INVALID', 'A module is no valid WebAssembly'],

  limit: ['PACKAGE_LIMIT_EXCEEDED', 'The package exceeds a limit'],
} as const satisfies Record<string, readonly [code: string, text: string]>;

export type PackageRule = keyof typeof packageRules;
