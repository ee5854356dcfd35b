// Runs packages with @wasmer/sdk-run, in a process of its own: the two versions of the SDK that the tests use do not bear each other.
// stdin: {graphqlUrl, cacheFolder, packages}; stdout: for each package what it printed, or why it did not.
import process from 'node:process';
import { json } from 'node:stream/consumers';
import { redirectBuiltInRegistry } from './built-in-registry.mjs';

const { graphqlUrl, cacheFolder, packages } = await json(process.stdin);
redirectBuiltInRegistry(graphqlUrl);
// It keeps the fetch that it finds when it is loaded.
const { Wasmer } = await import('@wasmer/sdk-run/node');
const wasmer = new Wasmer({ cache: { directory: cacheFolder } });

async function run(name) {
  const loaded = await wasmer.packages.load(name);
  const sandbox = await wasmer.sandboxes.create({ packages: [loaded] });
  return (await sandbox.command(loaded, []).run({ check: false })).text();
}

const results = {};
for (const name of packages) results[name] = await run(name).catch(String);
// The SDK's workers would keep it alive.
process.stdout.write(JSON.stringify(results), () => process.exit());
