import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped } from 'graphql';
import { dateTime } from './date-time.js';
import { uploadScalar } from './multipart/upload.js';

const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A scalar whose values are strings that pass a test, both ways. */
function text(name: string, accept: (value: string) => string): GraphQLScalarType<string, string> {
  const check = (value: unknown): string => {
    if (typeof value !== 'string') throw new GraphQLError(`A ${name} is a string.`);
    return accept(value);
  };
  return new GraphQLScalarType({
    name,
    serialize: check,
    parseValue: check,
    parseLiteral: (node) => check(node.kind === Kind.STRING ? node.value : undefined),
  });
}

function must(condition: boolean, message: string): void {
  if (!condition) throw new GraphQLError(message);
}

const uuid = text('UUID', (value) => {
  must(uuidForm.test(value), 'A UUID is written like 123e4567-e89b-12d3-a456-426614174000.');
  return value.toLowerCase();
});

const url = text('URL', (value) => {
  must(URL.canParse(value), 'A URL is written like https://example.com/path.');
  return value;
});

/** Comparison is the business of who looks the value up: the text itself keeps its letters. */
const caseInsensitiveString = text('CaseInsensitiveString', (value) => value);

const jsonInput = text('JSONString', (value) => {
  try {
    JSON.parse(value);
  } catch {
    throw new GraphQLError('A JSONString must hold valid JSON.');
  }
  return value;
});

const jsonString = new GraphQLScalarType<string, string>({
  ...jsonInput.toConfig(),
  serialize: (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
});

function toBigInt(value: unknown): number {
  const number = typeof value === 'string' && /^-?\d{1,19}$/.test(value) ? Number(value) : value;
  const exact = typeof number === 'bigint' ? Number(number) : number;
  // JSON numbers beyond this lose their last digits on the way.
  if (typeof exact !== 'number' || !Number.isSafeInteger(exact)) {
    throw new GraphQLError('A BigInt is a whole number between -(2^53 - 1) and 2^53 - 1.');
  }
  return exact;
}

const bigInt = new GraphQLScalarType<number, number>({
  name: 'BigInt',
  serialize: toBigInt,
  parseValue: toBigInt,
  parseLiteral: (node) => toBigInt(node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : undefined),
});

const genericScalar = new GraphQLScalarType<unknown, unknown>({
  name: 'GenericScalar',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});

/** Implementations of all scalars of base.graphql, by name. */
export const scalars: Record<string, GraphQLScalarType> = Object.fromEntries(
  [dateTime, uuid, url, caseInsensitiveString, jsonString, bigInt, genericScalar, uploadScalar].map((scalar) => [
    scalar.name,
    scalar,
  ]),
);
