import { decider } from '../../../test/kit/given.js';
import type { PackageReleaseEvent } from './package-release.events.js';
import {
  packageReleaseAggregate,
  pushPackageRelease,
  PushPackageRelease,
  type PushedRelease,
} from './package-release.commands.js';

const { given } = decider(packageReleaseAggregate);
const owner = { id: 'namespace-2', version: 3 };
const release: PushedRelease = {
  number: 5,
  ownerId: owner.id,
  name: 'tool',
  isPrivate: false,
  pusherId: 'user-1',
  file: { hash: 'ab'.repeat(32), sizeBytes: 100, format: 'webc-v3' },
  webcManifest: '{}',
  contents: {
    name: null,
    version: null,
    description: null,
    homepage: null,
    repository: null,
    license: null,
    private: false,
    entrypoint: null,
    commands: [],
    modules: [],
    dependencies: [],
    mounts: [],
    wasmerToml: null,
    readme: null,
    licenseFile: null,
  },
};
const pushed = (more: Partial<PushedRelease> = {}): PackageReleaseEvent => ({
  type: 'registry.package-release.pushed',
  data: { ...release, ...more },
});
const push = (more: Partial<PushedRelease> = {}) =>
  new PushPackageRelease('package-release-5', { owner, release: { ...release, ...more } });

it('records what was pushed, once for each content of an owner, while the owner stands as it was checked', () => {
  given()
    .when(pushPackageRelease, push())
    .then([pushed()])
    .claims({ take: [`package-release:namespace-2/public/${release.file.hash}`] })
    .requires([{ streamId: 'namespace-2', version: 3 }]);
});

it('takes a content apart as a secret', () => {
  given()
    .when(pushPackageRelease, push({ isPrivate: true }))
    .then([pushed({ isPrivate: true })])
    .claims({ take: [`package-release:namespace-2/private/${release.file.hash}`] });
});

it('changes nothing when it is pushed again, also by another and under another name', () => {
  given(pushed())
    .when(pushPackageRelease, push({ pusherId: 'user-9', name: 'other' }))
    .then([])
    .claims({})
    .requires([{ streamId: 'namespace-2', version: 3 }]);
});
