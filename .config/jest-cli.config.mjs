import base from './jest.config.mjs';

// The unmodified `wasmer` program against a built server. Apart from the tests that every clone runs, for it must be there.
export default { ...base, roots: ['<rootDir>/test/cli'], testMatch: ['**/*.cli.ts'], maxWorkers: 1 };
