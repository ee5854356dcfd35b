import pg from 'pg';

const { TIMESTAMPTZ } = pg.types.builtins;
const parseAny = pg.types.getTypeParser(TIMESTAMPTZ, 'text') as (text: string) => Date;

/** `2026-01-09 13:46:00.123+00`: what a connection whose time zone is UTC gives for all years of four digits. */
const shortest = '2026-01-09 13:46:00+00'.length;

/**
 * Reads moments for a fifth of the driver's time, whose pattern takes all forms that there are. A page of an API has a hundred of them.
 * @returns undefined for another type
 */
export function momentParser(dataTypeId: number): ((text: string) => Date) | undefined {
  return dataTypeId === TIMESTAMPTZ ? parseMoment : undefined;
}

function parseMoment(text: string): Date {
  const { length } = text;
  const hasUsualForm = length >= shortest && text.charCodeAt(4) === 45 && text.endsWith('+00');
  // Microseconds are left to the driver, which knows how they are rounded.
  if (!hasUsualForm || length > shortest + 4) return parseAny(text);
  const millis = length > shortest ? Number(text.slice(20, length - 3).padEnd(3, '0')) : 0;
  const moment = Date.UTC(
    digits(text, 0) * 100 + digits(text, 2),
    digits(text, 5) - 1,
    digits(text, 8),
    digits(text, 11),
    digits(text, 14),
    digits(text, 17),
    millis,
  );
  // Date.UTC takes the years 0 to 99 for those of the last century.
  return text.charCodeAt(0) === 48 ? parseAny(text) : new Date(moment);
}

/** The number that two digits make. */
const digits = (text: string, at: number): number => (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;
