import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

const written = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|z|[+-]\d{2}:\d{2})?$/;

/**
 * The one form in which moments are answered: microseconds and a numeric offset, always. Some clients parse only 0, 3 or 6 digits of a
 * second, others demand a fraction, and one refuses `Z`; this form suits them all.
 * @param value a Date, or a text in RFC 3339, whose microseconds are kept.
 * @throws GraphQLError when it is neither.
 */
export function formatDateTime(value: unknown): string {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return `${value.toISOString().slice(0, 23)}000+00:00`;
  // What Date.toJSON wrote, as read models keep moments in JSON.
  if (typeof value === 'string' && value.length === 24 && value.endsWith('Z')) return `${value.slice(0, 23)}000+00:00`;
  const date = parseDateTime(value);
  const micros = (written.exec(String(value))?.[3] ?? '').padEnd(6, '0').slice(0, 6);
  return `${date.toISOString().slice(0, 19)}.${micros}+00:00`;
}

/**
 * Reads RFC 3339 with or without an offset; without one the moment is UTC, as clients mean it that leave it out.
 * @throws GraphQLError for other text and for days and hours that do not exist.
 */
export function parseDateTime(value: unknown): Date {
  const match = typeof value === 'string' ? written.exec(value) : null;
  if (!match) throw new GraphQLError('A DateTime is written like 2026-01-09T13:46:00Z.');
  const [, day, time, fraction = '', zone = 'Z'] = match;
  const millis = fraction.padEnd(3, '0').slice(0, 3);
  const local = new Date(`${day}T${time}.${millis}Z`);
  const date = new Date(`${day}T${time}.${millis}${zone.toUpperCase()}`);
  // Date turns 30 February into 2 March; what comes back must be what went in.
  const exists = !Number.isNaN(local.getTime()) && local.toISOString().startsWith(`${day}T${time}`);
  if (!exists || Number.isNaN(date.getTime())) throw new GraphQLError('There is no such day or time.');
  // An offset can lead out of the years of four digits, which neither the form above nor Postgres can write.
  const year = date.getUTCFullYear();
  if (year < 1 || year > 9999) throw new GraphQLError('A DateTime lies between the years 1 and 9999.');
  return date;
}

export const dateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: formatDateTime,
  parseValue: parseDateTime,
  parseLiteral: (node) => parseDateTime(node.kind === Kind.STRING ? node.value : undefined),
});
