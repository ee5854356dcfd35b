import { createHash } from 'node:crypto';

/** Dark enough for white text: each has a contrast of at least 4.5. */
const colours = [
  '#b3261e',
  '#8c4a00',
  '#6b5900',
  '#3f6600',
  '#1e6b34',
  '#006a63',
  '#00639b',
  '#3b55b5',
  '#6247aa',
  '#8b3aa0',
  '#a4346f',
  '#5f5b57',
] as const;

const fileName = /^([a-z0-9])-(\d{1,2})\.svg$/;

/** The picture of a name without one: its first letter on a colour, both from the name alone, so they never change. */
export function initialFile(name: string): string {
  const known = made.get(name);
  if (known !== undefined) return known;
  const folded = name.toLowerCase();
  const colour = createHash('sha256').update(folded).digest().readUInt32BE(0) % colours.length;
  const file = `${folded[0]}-${colour}.svg`;
  if (made.size >= maxMade) made.clear();
  made.set(name, file);
  return file;
}

/** Files that were named, by name: a hash costs three microseconds, and a page of an API shows fifty pictures. */
const made = new Map<string, string>();
const maxMade = 20_000;

/** The content of such a file; undefined when there is none of that name. */
export function initialSvg(file: string): string | undefined {
  const [, letter, index] = fileName.exec(file) ?? [];
  const colour = colours[Number(index)];
  if (!letter || !colour) return undefined;
  const text = letter.toUpperCase();
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 80" width="80" height="80" role="img" aria-label="${text}"><rect width="80" height="80" fill="${colour}"/><text x="40" y="54" font-family="sans-serif" font-size="40" fill="#fff" text-anchor="middle">${text}</text></svg>`;
}
