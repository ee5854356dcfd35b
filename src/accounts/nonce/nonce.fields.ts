import { ResolveField, Resolver } from '@nestjs/graphql';
import { encodeId } from '../../core/ids/global-id.js';
import { NonceService } from './nonce.service.js';
import type { Nonce } from './nonce.table.js';

/** With what only the answer that made it holds: the secret in that of newNonce, the token in that of validateNonce. */
type ShownNonce = Nonce & { secret?: string; rawToken?: string };

/** The contract wants texts also where a viewer may see nothing: empty ones. */
@Resolver('Nonce')
export class NonceFields {
  constructor(private readonly nonces: NonceService) {}

  @ResolveField()
  id(nonce: ShownNonce) {
    return encodeId('Nonce', nonce.number);
  }

  @ResolveField()
  expired({ status }: ShownNonce) {
    return status === 'expired' || status === 'cancelled';
  }

  @ResolveField()
  isValidated({ status }: ShownNonce) {
    return status === 'approved';
  }

  @ResolveField()
  authUrl(nonce: ShownNonce) {
    return this.nonces.pageUrl(nonce, nonce.secret);
  }

  @ResolveField()
  secret({ secret }: ShownNonce) {
    return secret ?? '';
  }

  @ResolveField()
  token({ rawToken }: ShownNonce) {
    return rawToken ?? '';
  }
}
