import { existsSync } from 'node:fs';

const folders = ['src', 'projections', 'migrations', 'test'];
const present = folders.filter((folder) => existsSync(new URL(`../${folder}`, import.meta.url)));

// Tests run as native ES modules: Nest 12 is ESM only. `test/run.mjs` sets --experimental-vm-modules.
export default {
  rootDir: '..',
  testEnvironment: 'node',
  roots: present.map((folder) => `<rootDir>/${folder}`),
  testMatch: ['**/*.spec.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/test/bench/peers'],
  extensionsToTreatAsEsm: ['.ts', '.graphql'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '\\.graphql$': '<rootDir>/.config/jest-graphql.mjs',
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  reporters: ['default', '<rootDir>/.config/results-reporter.mjs'],
  testTimeout: 60_000,
  // One more than the cores of the smallest machine: tests of leases and restarts wait more than they compute.
  maxWorkers: 3,
};
