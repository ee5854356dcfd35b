import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { smallPicture, resizedPicture } from './picture.js';
import { pictureLimits, pictureSize } from './picture.limits.js';

const red = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: '#ff0000' } });
const made = (content: Buffer) => smallPicture(async () => content);
const facts = async (content: Buffer) => {
  const { format, width, height } = await sharp(content).metadata();
  return { format, width, height };
};

/** A PNG that claims a size and holds next to nothing. */
function bomb(): Buffer {
  const size = Buffer.alloc(13);
  size.writeUInt32BE(20_000, 0);
  size.writeUInt32BE(20_000, 4);
  size.set([8, 2], 8);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', size), chunk('IDAT', deflateSync(Buffer.alloc(1000))), chunk('IEND')]);
}

function chunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const typed = Buffer.concat([Buffer.from(type), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(typed), 4);
  return Buffer.concat([frame.subarray(0, 4), typed, frame.subarray(4)]);
}

it.each(['png', 'jpeg', 'webp', 'gif'] as const)(
  'makes a WebP of a %s, at most 512 pixels each way',
  async (format) => {
    const picture = await made(await red(1024, 768).toFormat(format).toBuffer());
    expect(await facts(picture)).toEqual({ format: 'webp', width: 512, height: 384 });
  },
);

it('enlarges nothing', async () => {
  expect(await facts(await made(await red(3, 1).png().toBuffer()))).toMatchObject({ width: 3, height: 1 });
});

it('turns the picture as its camera says, and keeps nothing but its pixels', async () => {
  const photo = await red(40, 20)
    .withExif({ IFD0: { Copyright: 'Ada Lovelace' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  expect(photo.toString('latin1')).toContain('Ada Lovelace');
  const picture = await made(photo);
  expect(await facts(picture)).toMatchObject({ width: 20, height: 40 });
  expect(picture.toString('latin1')).not.toMatch(/Ada Lovelace|EXIF|XMP|ICCP/);
});

it.each<[string, () => Buffer | Promise<Buffer>]>([
  ['text', () => Buffer.from('hello')],
  ['nothing', () => Buffer.alloc(0)],
  ['SVG', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>1</script></svg>')],
  ['SVG with a declaration', () => Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['HTML', () => Buffer.from('<html><body>')],
  ['PDF', () => Buffer.from('%PDF-1.4\n1 0 obj')],
  ['TIFF', () => red(9, 9).tiff().toBuffer()],
  ['AVIF', () => red(9, 9).avif().toBuffer()],
])('is not a picture: %s', async (_, content) => {
  await expect(made(await content())).rejects.toMatchObject({ name: 'NotAPicture', rule: 'a PNG, JPEG, WebP or GIF' });
});

it.each(['jpeg', 'png', 'webp'] as const)('is not a picture: half a %s', async (format) => {
  const whole = await sharp(Buffer.from(Array.from({ length: 300 * 300 * 3 }, (_, i) => (i * i) % 251)), {
    raw: { width: 300, height: 300, channels: 3 },
  })
    .toFormat(format)
    .toBuffer();
  await expect(made(whole.subarray(0, whole.length / 2))).rejects.toMatchObject({ name: 'NotAPicture' });
});

it('refuses few bytes that would unfold to too many pixels, before it unfolds them', async () => {
  const rule = `at most ${pictureLimits.inputPixels} pixels`;
  await expect(made(bomb())).rejects.toMatchObject({ name: 'NotAPicture', rule });
});

it('makes smaller sizes of what it made, few of them', async () => {
  const picture = await made(await red(600, 300).png().toBuffer());
  expect(await facts(await resizedPicture(picture, 80))).toEqual({ format: 'webp', width: 80, height: 40 });
  expect([-5, 0, 1, 40, 41, 80, 200, 512, 9999].map(pictureSize)).toEqual([40, 40, 40, 40, 80, 80, 320, 512, 512]);
});
