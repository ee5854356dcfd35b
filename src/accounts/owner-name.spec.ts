import { skeletonOf } from './owner-name.js';

it.each([
  ['acme-inc', 'ACME_inc'],
  ['acme-inc', 'acme--inc'],
  ['bob', 'b0b'],
  ['Ian', 'lan'],
  ['will', 'w1ll'],
])('%s and %s look alike', (one, other) => expect(skeletonOf(one)).toBe(skeletonOf(other)));

it.each([
  ['acme-inc', 'acmeinc'],
  ['node-1', 'node-2'],
  ['bob', 'bop'],
  ['ada', 'ada-'],
])('%s and %s do not', (one, other) => expect(skeletonOf(one)).not.toBe(skeletonOf(other)));
