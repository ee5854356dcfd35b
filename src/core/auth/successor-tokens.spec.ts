import { randomBytes } from 'node:crypto';
import { SuccessorTokens } from './successor-tokens.js';
import { newToken, parseToken } from './tokens.js';

const successors = new SuccessorTokens(randomBytes(32));

it('gives well-formed tokens of both kinds, and the same ones for the same refresh token', () => {
  const token = newToken('refresh');
  const next = successors.of(token);
  expect(parseToken(next.accessToken)).toEqual({ kind: 'session' });
  expect(parseToken(next.refreshToken)).toEqual({ kind: 'refresh' });
  expect(successors.of(token)).toEqual(next);
});

it('gives others for another refresh token and under another key, and a chain without a circle', () => {
  const token = newToken('refresh');
  const chain = [token];
  for (let n = 0; n < 50; n++) chain.push(successors.of(chain.at(-1)!).refreshToken);
  expect(new Set(chain).size).toBe(51);
  expect(successors.of(newToken('refresh'))).not.toEqual(successors.of(token));
  expect(new SuccessorTokens(randomBytes(32)).of(token)).not.toEqual(successors.of(token));
});
