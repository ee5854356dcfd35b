import { apiTokens } from '../../../projections/accounts/api-tokens/api-tokens.projection.js';
import { sessions } from '../../../projections/accounts/sessions/sessions.projection.js';
import { users } from '../../../projections/accounts/users/users.projection.js';
import { tableName } from '../../core/projection/ddl.js';

/** What makes a credential good, as SQL: `t` is the row of a session or an API token, `u` that of its account. */

export const withAccount = `JOIN ${tableName(users)} u ON u.id = t.user_id`;

// A parked stream may hold a revocation that its read model has not seen: its credentials are refused.
const notParked = `NOT EXISTS (
  SELECT FROM store.parked_streams p
  WHERE (p.projection = '${users.versionedName}' AND p.stream_id = t.user_id)
     OR (p.projection IN ('${apiTokens.versionedName}', '${sessions.versionedName}') AND p.stream_id = t.id))`;

const accountStands = `NOT u.is_erased AND ${notParked}`;

/** Neither it nor all sessions of its account were ended. Whether its tokens have expired is another question. */
export const sessionStands = `${accountStands} AND t.ended_at IS NULL
  AND (t.opened_position > u.sessions_ended_at
    OR t.id = u.kept_session_id AND t.opened_position > u.kept_opened_after)`;

export const apiTokenStands = `${accountStands} AND t.revoked_at IS NULL`;
