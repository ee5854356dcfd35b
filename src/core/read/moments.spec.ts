import fc from 'fast-check';
import pg from 'pg';
import { momentParser } from './moments.js';

const parse = momentParser(pg.types.builtins.TIMESTAMPTZ)!;
const byDriver = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ, 'text');

it('reads what the driver reads', () => {
  const at = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(at, fc.integer({ min: 0, max: 6 }), (date, places) => {
      const [seconds, millis] = date.toISOString().slice(0, -1).replace('T', ' ').split('.') as [string, string];
      const fraction = `${millis}456`.slice(0, places).replace(/0+$/, '');
      const text = `${seconds}${fraction && `.${fraction}`}+00`;
      expect([text, parse(text)]).toEqual([text, byDriver(text)]);
    }),
  );
});

it.each([
  '2026-01-09 13:46:00+02',
  '2026-01-09 13:46:00.5-03:30',
  '10000-01-01 00:00:00+00',
  '0044-03-15 12:00:00+00 BC',
  'infinity',
])('leaves %s to the driver', (text) => expect(parse(text)).toEqual(byDriver(text)));

it('is for no other type', () => expect(momentParser(pg.types.builtins.DATE)).toBeUndefined());
