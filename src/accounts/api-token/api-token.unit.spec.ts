import { decider } from '../../../test/kit/given.js';
import {
  apiTokenAggregate,
  GenerateApiToken,
  generateApiToken,
  RevokeApiToken,
  revokeApiToken,
} from './api-token.commands.js';
import type { ApiTokenEvent } from './api-token.events.js';

const { given } = decider(apiTokenAggregate);
const id = 'api-token-5';
const token = { number: 5, userId: 'user-1', identifier: 'laptop', tokenHash: 'hash' };
const generated: ApiTokenEvent = { type: 'accounts.api-token.generated', data: token };
const revoked: ApiTokenEvent = { type: 'accounts.api-token.revoked', data: {} };
const actor = (userId: string, isOperator = false) => ({
  actor: { kind: 'user' as const, userId, isOperator, tokenId: 'session-9' },
});

it('generateApiToken wants an account that stands', () => {
  given()
    .when(generateApiToken, new GenerateApiToken(id, token))
    .then([generated])
    .requires([{ streamId: 'user-1', version: 'exists' }]);
});

it('generateApiToken makes none in the place of another', () => {
  given(generated).when(generateApiToken, new GenerateApiToken(id, token)).refuses('CONFLICT');
});

describe('revokeApiToken', () => {
  it('is for the account itself and for an operator', () => {
    for (const who of [actor('user-1'), actor('user-2', true)]) {
      given(generated).when(revokeApiToken, new RevokeApiToken(id), who).then([revoked]);
    }
  });

  it('answers others as if it did not exist, also once it is revoked', () => {
    given(generated).when(revokeApiToken, new RevokeApiToken(id), actor('user-2')).refuses('TOKEN_NOT_FOUND');
    given(generated, revoked).when(revokeApiToken, new RevokeApiToken(id), actor('user-2')).refuses('TOKEN_NOT_FOUND');
    given().when(revokeApiToken, new RevokeApiToken(id)).refuses('TOKEN_NOT_FOUND');
  });

  it('changes nothing the second time', () => {
    given(generated, revoked).when(revokeApiToken, new RevokeApiToken(id)).then([]);
  });
});
