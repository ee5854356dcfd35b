import { errorCatalogue } from '../core/errors/catalogue.js';

export const { refuse } = errorCatalogue({
  INVALID_PACKAGE_NAME: {
    message: 'This name cannot be used for a package.',
    help: 'Names have 1 to 100 letters, digits, - or _, and begin with a letter or a digit.',
  },
  PACKAGE_NAME_TAKEN: {
    message: 'This name looks like that of another package of the same owner.',
    help: 'Letter case, `-` or `_`, `0` or `o`, `1`, `i` or `l` make no other name. Choose another one, or publish to the package that has it.',
  },
  PACKAGE_NOT_FOUND: {
    message: 'There is no such package.',
    help: 'It never was, or is not one that the caller may change.',
  },
  PACKAGE_VERSION_NOT_FOUND: {
    message: 'There is no such version of a package.',
    help: 'It never was, or is not one that the caller may change. Of several ids `field` ends with the place of this one, from 0: `packageVersionIds.2`.',
  },
  PACKAGE_VERSION_EXISTS: {
    message: 'This version exists already. Versions never change: publish another one.',
    help: '`sha256` says which file it has. A yanked or archived version exists, too.',
  },
  INVALID_VERSION: {
    message: 'This is no version by the rules of semver.',
    help: 'A version is major.minor.patch, then maybe a pre-release and build metadata: `1.2.3`, `1.0.0-beta.1`, `1.2.3+wasix.2`. At most 100 characters.',
  },
  PACKAGE_IS_PUBLIC: {
    message: 'This package is public: what is public stays so.',
    help: 'The first publish decides whether a package is private. Publish without `private`, or under another name.',
  },
  PACKAGE_IS_ARCHIVED: {
    message: 'This package is archived: it takes no new versions.',
    help: 'Take it out of the archive first.',
  },
  PACKAGE_RELEASE_NOT_FOUND: {
    message: 'There is no such release of a package.',
    help: 'It was never pushed, or is not one that the caller may publish.',
  },
  PACKAGE_RELEASE_UNTAGGED: {
    message: 'This release belongs to no package: no version was made of it.',
    help: '`tagPackageRelease` makes a version of it. Until then it is known by its hash alone.',
  },
  PACKAGE_RELEASE_EXISTS: {
    message: 'This content was pushed at the same moment.',
    help: 'Push it again: the answer is then the release that is there.',
  },
  PACKAGE_FORMAT_MISMATCH: {
    message: 'The package file has another format than `uploadFormat` says.',
    help: '`expected` is what was said and `found` what the file is: webc-v2, webc-v3 or tar.gz. Send the file that is meant, or leave `uploadFormat` out.',
  },
  SIGNATURES_NOT_SUPPORTED: {
    message: 'Signatures of packages are not kept here. Publish without one.',
    help: 'A signature that is thrown away would look like one that was checked, so it is refused. Every file is known by its SHA-256.',
  },
  OWNER_NOT_FOUND: {
    message: 'There is no such namespace, or you may not publish to it.',
    help: 'Packages stand under the name of a user or a namespace. Who may publish to it: the user itself, the owner of the namespace, and who operates the instance.',
  },
  TOO_MANY_VERSIONS: {
    message: 'This package has as many versions as one may have.',
    help: 'A package has at most 10,000 versions.',
  },
});
