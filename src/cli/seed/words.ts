const words = (text: string): string[] => text.trim().split(/\s+/);

/** First names and surnames. No two words of a list may look alike (`skeletonOf`), and no person is called like a team. */
export const firstNames = words(`
  ada alan amira anders bela carla chen dana diego edsger elif emeka erna farid fatima frances grace hana hugo ines ivan jonas
  juno kofi lars leyla linus margaret marie mateo mei nadia niklas olga omar petra priya rosa samir tove uma viktor wanda xenia yusuf zora
`);
export const surnames = words(`
  Abara Berg Castillo Dijkman Eriksen Fontana Grosz Haddad Ivanova Jansen Kowalski Lindqvist Moreau Nakamura Okafor Petrov Quispe Rossi
  Schneider Tanaka Ueda Vargas Weber Xu Yilmaz Zeman
`);

/** What namespaces are called. */
export const teams = words(`
  anvil aurora basalt beacon bramble cascade cedar cobalt compass copper delta ember falcon forge garnet glacier granite harbour heron
  horizon indigo juniper kestrel lantern lighthouse maple meadow meridian nimbus northwind onyx orchard osprey pinnacle quarry raven
  sierra summit tundra willow
`);

/** A package is called `<topic>-<tool>`. */
export const topics = words(`
  archive audio base64 binary bitmap bloom calendar checksum cookie crypto csv currency date delta diff dns email entropy feed font geo
  glob graph grid hash header hex html image ini json latex locale log markdown matrix mesh metric mime noise number palette password
  path pdf polygon prime proto query quote regex rss sensor shape signal slug sound spline sql string svg table tensor text timezone token
  toml tree unicode url uuid vector video weather xml yaml zip
`);
export const tools = words(`
  builder cache checker cleaner codec compiler converter counter decoder diagram editor encoder engine explorer filter finder fixer
  formatter generator indexer inspector kit lexer linter loader mapper matcher merger minifier mixer packer parser picker player printer
  reader renderer router sampler scanner server signer sorter splitter stream tester toolkit tracer validator viewer walker watcher writer
`);

export const adjectives = words(`
  careful compact dependable fast friendly lean minimal modern portable predictable simple sturdy thorough tiny
`);
export const purposes = [
  'command lines',
  'edge functions',
  'the browser and the server alike',
  'embedded devices',
  'data pipelines',
  'build scripts',
  'static sites',
  'teaching',
  'large files',
  'small machines',
];
export const generalKeywords = words(`cli wasi wasm edge offline streaming zero-copy no-std data text tools web`);

/** SPDX expressions, the frequent ones more than once. */
export const licenses = [
  'MIT',
  'MIT',
  'MIT',
  'Apache-2.0',
  'Apache-2.0',
  'MIT OR Apache-2.0',
  'BSD-3-Clause',
  'ISC',
  'MPL-2.0',
  'GPL-3.0-or-later',
];

export const yankReasons = ['a wrong build', 'loses data', 'a vulnerability', 'published by mistake'];
