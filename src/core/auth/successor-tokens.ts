import { createHmac } from 'node:crypto';
import { tokenFrom } from './tokens.js';

/**
 * The tokens that follow a refresh token. They are computed from it and a key of this installation, not drawn: whoever repeats a refresh,
 * because the answer was lost or two tabs asked at once, gets the same tokens again, though only hashes are stored. Without the key an
 * old token says nothing about those that follow.
 */
export class SuccessorTokens {
  constructor(private readonly key: Buffer) {}

  of(refreshToken: string): { accessToken: string; refreshToken: string } {
    return {
      accessToken: tokenFrom('session', this.seed('access', refreshToken)),
      refreshToken: tokenFrom('refresh', this.seed('refresh', refreshToken)),
    };
  }

  private seed(purpose: string, refreshToken: string): Buffer {
    return createHmac('sha256', this.key).update(`${purpose} ${refreshToken}`).digest();
  }
}
