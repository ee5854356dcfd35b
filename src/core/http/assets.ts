import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

export type Asset = { body: Buffer; contentType: string; hash: string };

const contentTypes: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const loaded = new Map<string, Promise<Asset | undefined>>();

/**
 * A file of our own for the browser, read once. The build copies them to `assets/` beside the bundle; without a bundle they come from
 * where `bin/assets.mjs` says.
 * @param name the last part of its URL.
 * @returns undefined when there is no such file.
 */
export function loadAsset(name: string): Promise<Asset | undefined> {
  if (!/^[a-z][\w-]*(\.[\w-]+)+$/i.test(name)) return Promise.resolve(undefined);
  let asset = loaded.get(name);
  if (!asset) {
    asset = readAsset(name);
    // Unknown names come from anybody and are not remembered.
    void asset.then((found) => found && loaded.set(name, asset!)).catch(() => undefined);
  }
  return asset;
}

/**
 * URL of an asset that changes with its content, so that browsers may keep it for ever.
 * @throws Error when there is no such file: the page that asks for it would be broken.
 */
export async function assetUrl(name: string): Promise<string> {
  const asset = await loadAsset(name);
  if (!asset) throw new Error(`The asset ${name} is missing.`);
  return `/assets/${name}?v=${asset.hash}`;
}

async function readAsset(name: string): Promise<Asset | undefined> {
  const contentType = contentTypes[extname(name)];
  const path = await locate(name);
  if (!contentType || !path) return undefined;
  const body = await readFile(path);
  return { body, contentType, hash: createHash('sha256').update(body).digest('hex').slice(0, 16) };
}

async function locate(name: string): Promise<string | undefined> {
  const bundled = join(import.meta.dirname, 'assets');
  if (existsSync(bundled)) return existing(join(bundled, name));
  const source = (await sources()).get(`assets/${name}`);
  return source && existing(source);
}

const existing = (path: string): string | undefined => (existsSync(path) ? path : undefined);

async function sources(): Promise<Map<string, string>> {
  const list = 'bin/assets.mjs';
  let root = import.meta.dirname;
  while (!existsSync(join(root, list)) && dirname(root) !== root) root = dirname(root);
  const { assets } = (await import(pathToFileURL(join(root, list)).href)) as {
    assets: { source: string; target: string }[];
  };
  return new Map(assets.map(({ source, target }) => [target, join(root, source)]));
}
