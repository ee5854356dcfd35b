import { Injectable } from '@nestjs/common';
import { userRows, type UserRow } from '../../../projections/accounts/users/users.projection.js';
import { Reader } from '../../core/read/reader.js';
import { foldedName } from '../owner-name.js';

const byId = { name: 'by_id', where: 'WHERE id = $1 AND NOT is_erased' };
const byIds = { name: 'by_ids', where: 'WHERE id = ANY($1) AND NOT is_erased' };
const byUsername = {
  name: 'by_username',
  where: 'WHERE folded_username = $1 AND NOT is_erased ORDER BY position DESC LIMIT 1',
};
const byEmail = { name: 'by_email', where: 'WHERE folded_email = $1 AND NOT is_erased ORDER BY position DESC LIMIT 1' };

@Injectable()
export class UserQueries {
  constructor(private readonly reader: Reader) {}

  byId(id: string): Promise<UserRow | null> {
    return this.reader.one(userRows, byId, [id]);
  }

  /** In any order. */
  byIds(ids: readonly string[]): Promise<UserRow[]> {
    return this.reader.find(userRows, byIds, [ids]);
  }

  /** In whatever case. */
  byUsername(username: string): Promise<UserRow | null> {
    return this.reader.one(userRows, byUsername, [foldedName(username)]);
  }

  byEmail(email: string): Promise<UserRow | null> {
    return this.reader.one(userRows, byEmail, [foldedName(email)]);
  }

  /** By user name or e-mail address; no name has an @. */
  byLogin(login: string): Promise<UserRow | null> {
    return login.includes('@') ? this.byEmail(login) : this.byUsername(login);
  }
}
