import { initialFile, initialSvg } from './initial.js';

it('is the same for one name in any case, and exists', () => {
  for (const name of ['acme', 'Zoë'.replace('ë', 'e'), '7zip', 'a-b_c']) {
    expect(initialFile(name.toUpperCase())).toBe(initialFile(name));
    expect(initialSvg(initialFile(name))).toContain(`>${name[0]!.toUpperCase()}</text>`);
  }
});

it('has several colours, all of them dark enough for white text', () => {
  const files = Array.from({ length: 200 }, (_, index) => initialFile(`name${index}`));
  const colours = new Set(files.map((file) => /rect [^>]*fill="(#\w{6})"/.exec(initialSvg(file)!)![1]!));
  expect(colours.size).toBe(12);
  for (const colour of colours) expect(1.05 / (luminance(colour) + 0.05)).toBeGreaterThanOrEqual(4.5);
});

it.each(['a.svg', 'a-12.svg', 'a-1', 'ab-1.svg', '<-1.svg', 'A-1.svg', '../a-1.svg', ''])('has no file %j', (file) => {
  expect(initialSvg(file)).toBeUndefined();
});

/** WCAG 2. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((start) => {
    const share = parseInt(colour.slice(start, start + 2), 16) / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
