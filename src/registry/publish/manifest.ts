import { Refusal } from '../../core/errors/refusal.js';
import type { Upload } from '../../core/graphql/multipart/upload.js';
import { packageLimits } from '../package-file/limits.js';
import type { PackageFile, PackageText } from '../package-file/package-file.js';
import { readWasmerToml, type WasmerToml } from '../package-file/wasmer-toml.js';
import { sdkLicense } from '../package-file/webc-manifest.js';
import { checkContents, checkFileNames, checkManifestNames, type Published } from './agreement.js';
import { contentsOf, type PackageContents } from './contents.js';
import { keywordsOf } from './keywords.js';
import { inputName, publishedName } from './package-name.js';
import { refuse } from './publish.errors.js';
import { publishLimits } from './publish.limits.js';
import { addressOf, lineOf, repositoryOf, textOf, type Said } from './said.js';

/** What a publisher says of a version: the text fields of TagPackageReleaseInput and PublishPackageInput, as they come. */
export type PublisherInput = {
  /** wasmer.toml. */
  manifest?: string | null;
  /** `ns/name`, or the name alone beside `namespace`. */
  name?: string | null;
  namespace?: string | null;
  version?: string | null;
  description?: string | null;
  license?: string | null;
  licenseFile?: string | null;
  readme?: string | null;
  repository?: string | null;
  homepage?: string | null;
  private?: boolean | null;
};

/** The same with a picture for the package. */
export type PublisherInputWithIcon = PublisherInput & { icon?: string; iconUpload?: Upload };

/** What is looked at of a package file; also when it was read some time ago. */
export type DescribedFile = Pick<
  PackageFile,
  | 'name'
  | 'version'
  | 'description'
  | 'homepage'
  | 'repository'
  | 'license'
  | 'private'
  | 'manifest'
  | 'entrypoint'
  | 'commands'
  | 'atoms'
  | 'mounts'
  | 'dependencies'
  | 'readme'
  | 'licenseFile'
> & { wasmerToml: { text: string } | null };

/** Everything that is known of a version when it is published. Where nobody says anything it is null. */
export type PublishedFacts = Published &
  PackageContents & {
    description: string | null;
    license: string | null;
    homepage: string | null;
    repository: string | null;
    private: boolean;
    keywords: string[];
    /** wasmer.toml, as it was sent or is in the file. */
    manifest: string | null;
    /** Text of the README. */
    readme: string | null;
    /** Text of the licence. */
    licenseFile: string | null;
  };

/**
 * Puts together what the publisher and the package file say: the input before the manifest, the manifest before the file. What the
 * package is made of is only taken from the file.
 * @param mutation whether the input may give another name and version than the manifest: with `tag` it may.
 * @throws Refusal MANIFEST_INVALID, MANIFEST_MISMATCH, BAD_USER_INPUT, each with field and rule.
 */
export function publishedFacts(
  input: PublisherInput,
  file: DescribedFile,
  mutation: 'tag' | 'publish',
): PublishedFacts {
  const manifest = manifestOf(input, file);
  const toml = manifest === null ? null : readManifest(manifest);
  const published = publishedAs(input, toml, file);
  if (toml !== null && mutation === 'publish') checkManifestNames(toml, published);
  checkFileNames(file, published);
  if (toml !== null) checkContents(toml, file);
  return {
    ...published,
    ...linesOf(input, toml, file),
    // Whoever says private is heard: an input that leaves it out says false in the schema.
    private: input.private === true || toml?.private === true || file.private,
    keywords: toml === null ? [] : keywordsOf(toml.parsed, 'manifest'),
    manifest,
    readme: textOf(fileText('readme', input.readme, toml?.readme, file.readme), publishLimits.readmeBytes),
    licenseFile: textOf(
      fileText('licenseFile', input.licenseFile, toml?.licenseFile, file.licenseFile),
      publishLimits.licenseFileBytes,
    ),
    ...contentsOf(file),
  };
}

/** What is sent, or lies in a tar.gz. @throws Refusal MANIFEST_INVALID when it is too large. */
function manifestOf(input: PublisherInput, file: DescribedFile): string | null {
  const sent = heard(input.manifest) === null ? null : input.manifest!;
  const text = sent ?? file.wasmerToml?.text ?? null;
  const { manifestBytes } = publishLimits;
  if (text === null || Buffer.byteLength(text) <= manifestBytes) return text;
  const field = sent === null ? 'file' : 'manifest';
  throw refuse('MANIFEST_INVALID', { field, rule: `wasmer.toml of at most ${manifestBytes} bytes` });
}

/** @throws Refusal MANIFEST_INVALID with the rule, the line and the path of the one who reads wasmer.toml. */
function readManifest(text: string): WasmerToml {
  try {
    return readWasmerToml(text, 'manifest', packageLimits, 'builder');
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { section: _, ...where } = error.details;
    throw refuse('MANIFEST_INVALID', { field: 'manifest', ...where }, error.message);
  }
}

/** Nothing but blanks says nothing. */
function heard(text: string | null | undefined): string | null {
  return text?.trim() || null;
}

function publishedAs(input: PublisherInput, toml: WasmerToml | null, file: DescribedFile): Published {
  const names = [
    inputName(heard(input.name), heard(input.namespace)),
    publishedName(heard(toml?.name)),
    publishedName(heard(file.name)),
  ];
  return {
    owner: names.find(({ owner }) => owner !== null)?.owner ?? null,
    name: names.find(({ name }) => name !== null)?.name ?? null,
    version: heard(input.version) ?? toml?.version ?? file.version,
  };
}

type Lines = Pick<PublishedFacts, 'description' | 'license' | 'homepage' | 'repository'>;

function linesOf(input: PublisherInput, toml: WasmerToml | null, file: DescribedFile): Lines {
  const said = (field: keyof Lines): Said => ({
    field,
    input: input[field],
    manifest: toml?.[field],
    file: file[field],
  });
  const license = said('license');
  const withoutPath = (text: string | null | undefined) => (text === sdkLicense ? null : text);
  const { descriptionChars, licenseChars, urlChars } = publishLimits;
  return {
    description: lineOf(said('description'), descriptionChars),
    license: lineOf(
      { ...license, input: withoutPath(license.input), manifest: withoutPath(license.manifest) },
      licenseChars,
    ),
    homepage: addressOf(said('homepage'), urlChars),
    repository: repositoryOf(said('repository'), urlChars),
  };
}

/**
 * README or licence. `wasmer` sends the text of the README, and of the licence its path; @wasmer/sdk sends the path of both. A path that
 * the manifest or the file gives says nothing more: the text is in the file.
 */
function fileText(
  field: 'readme' | 'licenseFile',
  input: string | null | undefined,
  path: string | null | undefined,
  file: PackageText | null,
): Said {
  const paths = [path, file?.path].flatMap((known) => (known == null ? [] : [known]));
  const isPath = input != null && paths.some((known) => relative(known) === relative(input));
  return { field, input: isPath ? null : input, manifest: null, file: file?.text };
}

function relative(path: string): string {
  return path.trim().replace(/^\.?\/+/, '');
}
