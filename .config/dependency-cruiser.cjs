// The borders between the parts (docs/ARCHITECTURE.md). A spec may cross them: it sees its subject from outside.
const spec = '\\.spec\\.ts$';
const product = '^(src|projections|migrations)/';
const silo = '^src/(?!core/|cli/)([^/]+)/';
const pure = '\\.(state|commands|events)\\.ts$';

/** Node's own modules that compute and touch nothing outside. */
const harmlessBuiltins = '^(node:)?(assert|buffer|crypto|url|util)$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'core-knows-no-product',
      comment: 'src/core is technical: it imports no silo, no projection, and not the composition in src/.',
      severity: 'error',
      from: { path: '^src/core/', pathNot: spec },
      to: { path: ['^src/(?!core/)', '^projections/'] },
    },
    {
      name: 'silo-through-its-door',
      comment: 'A silo imports another only through its index.ts, which says what others may use, or its *.events.ts.',
      severity: 'error',
      from: { path: silo, pathNot: spec },
      to: { path: silo, pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$', '\\.events\\.ts$'] },
    },
    {
      name: 'composition-stays-on-top',
      comment: 'src/cli, src/main.ts and src/silos.ts put the parts together; no part imports them.',
      severity: 'error',
      from: { path: ['^src/(?!cli/)[^/]+/', '^projections/', '^migrations/'], pathNot: spec },
      to: { path: ['^src/cli/', '^src/[^/]+\\.ts$'] },
    },
    {
      name: 'projection-sees-only-events',
      comment:
        'A projection is a function of events: it imports *.events.ts, the runner and the words of the event store.',
      severity: 'error',
      from: { path: '^projections/', pathNot: spec },
      to: {
        pathNot: [
          '^projections/',
          '\\.events\\.ts$',
          '^src/core/projection/',
          '^src/core/event-store/(index|types|event-types)\\.ts$',
          'node_modules/typeorm/',
        ],
      },
    },
    {
      name: 'decisions-are-pure',
      comment: 'State, commands and events are plain functions and data: no framework, no database.',
      severity: 'error',
      from: { path: pure },
      to: { path: 'node_modules/(@nestjs|typeorm|pg|pino|fastify|graphile-worker|kafkajs)(/|$)' },
    },
    {
      name: 'decisions-do-no-io',
      comment: 'What a decision needs from outside comes with the command (time, ids) or in the state.',
      severity: 'error',
      from: { path: pure },
      to: { dependencyTypes: ['core'], pathNot: harmlessBuiltins },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one thing: put the common part into a third, or together.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'product-without-tests',
      comment: 'The product imports nothing from test/.',
      severity: 'error',
      from: { path: product, pathNot: spec },
      to: { path: '^test/' },
    },
    {
      name: 'nobody-imports-a-spec',
      comment: 'Helpers that several specs need stand in test/kit.',
      severity: 'error',
      from: {},
      to: { path: spec },
    },
    {
      name: 'only-declared-packages',
      comment: 'The product imports only packages that package.json lists under dependencies.',
      severity: 'error',
      from: { path: product, pathNot: spec },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/@types/',
      },
    },
    {
      name: 'no-unresolvable',
      comment: 'The imported file does not exist.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    // Imports of types count: who knows a type of another part knows that part.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^(dist|coverage|\\.waybill|\\.config|\\.ci)/', '^test/bench/peers/'] },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
