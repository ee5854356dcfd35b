import { fileRecord, html, names, spoilt, tree, whole, type HostileFile } from './hostile-parts.js';

export const hostilePaths: HostileFile[] = [
  { rule: 'path-part', what: 'an empty name', file: names('') },
  { rule: 'path-part', what: '..', file: names('..') },
  { rule: 'path-part', what: '.', file: names('.') },
  { rule: 'path-character', what: 'a path for a name', file: names('../etc/passwd') },
  { rule: 'path-character', what: 'an absolute path', file: names('/etc/passwd') },
  {
    rule: 'path-character',
    what: 'an absolute path in the metadata',
    file: whole({}, { volumes: { metadata: { '/vmlinuz': 'x' } } }),
  },
  { rule: 'path-character', what: 'what the SDK may write, elsewhere', file: names('/README.md') },
  {
    rule: 'path-character',
    what: 'a folder with a name of such a file',
    file: whole({}, { volumes: { metadata: { '/License': { x: 'x' } } } }),
  },
  {
    rule: 'duplicate-path',
    what: 'a README with and without a slash',
    file: whole({}, { volumes: { metadata: { '/README.md': 'x', 'README.md': 'y' } } }),
  },
  { rule: 'path-character', what: 'a backslash', file: names('a\\b') },
  { rule: 'path-character', what: 'NUL', file: names('a\0b') },
  { rule: 'path-character', what: 'a line feed', file: names('a\nb') },
  { rule: 'path-character', what: 'a turn of the reading direction', file: names('a\u202Eexe.txt') },
  { rule: 'path-drive', what: 'a drive', file: names('C:') },
  { rule: 'path-drive', what: 'a path on a drive', file: names('c:file') },
  {
    rule: 'path-utf8',
    what: 'a name that is no UTF-8',
    file: tree((volume) => volume.tree.fill(0xff, volume.tree.indexOf(html), volume.tree.indexOf(html) + 1)),
  },
  {
    rule: 'path-utf8',
    what: 'a slash in an overlong form',
    file: tree((volume) => volume.tree.set([0xc0, 0xaf], volume.tree.indexOf(html))),
  },
  {
    rule: 'entry-link',
    what: 'a symbolic link',
    file: tree((volume) => volume.tree.writeUInt8(32, fileRecord(volume))),
  },
  {
    rule: 'entry-kind',
    what: 'a record of an unknown kind',
    file: tree((volume) => volume.tree.writeUInt8(33, fileRecord(volume))),
  },
  { rule: 'duplicate-path', what: 'a name twice', file: sameName() },
  { rule: 'duplicate-normalised', what: 'é in two forms', file: names('caf\u00e9', 'cafe\u0301') },
];

function sameName(): Buffer {
  return spoilt(({ volumes }) => volumes[0]!.tree.write('bb', volumes[0]!.tree.indexOf('aa')), {
    volumes: { '/public': { aa: '1', bb: '2' } },
  });
}
