import type { PublishedVersion } from '../package/package.events.js';
import type { PushedRelease } from '../package-release/package-release.commands.js';
import type { SaidOfVersion } from './said-of-version.js';

type Facts = Omit<
  PublishedVersion,
  'number' | 'version' | 'releaseId' | 'releaseNumber' | 'publisherId' | 'file' | 'readme' | 'licenseFile'
>;

/** What a version says of itself: what the publisher says, else what its file does. */
export function publishedFacts(said: SaidOfVersion, { contents, webcManifest }: PushedRelease): Facts {
  return {
    webcManifest,
    manifest: said.manifest || contents.wasmerToml,
    description: said.description || contents.description,
    license: said.license || contents.license,
    homepage: said.homepage || contents.homepage,
    repository: said.repository || contents.repository,
    keywords: [],
    entrypoint: contents.entrypoint,
    commands: contents.commands,
    modules: contents.modules,
    dependencies: contents.dependencies.map(({ name }) => ({ name, requirement: null })),
    mounts: contents.mounts.map(({ path, folder }) => ({ wasm: path, host: folder ?? '/' })),
  };
}
