import { Injectable } from '@nestjs/common';
import { namespaces } from '../../../projections/accounts/namespaces/namespaces.projection.js';
import { users } from '../../../projections/accounts/users/users.projection.js';
import { tableName } from '../../core/projection/ddl.js';
import { Reader } from '../../core/read/reader.js';

const shown = `SELECT EXISTS (SELECT FROM ${tableName(namespaces)} WHERE avatar = $1)
  OR EXISTS (SELECT FROM ${tableName(users)} WHERE avatar = $1) AS shown`;

@Injectable()
export class AvatarQueries {
  constructor(private readonly reader: Reader) {}

  /** Whether anybody has this picture now. The store holds other contents, too, and pictures that nobody has any more. */
  async isShown(hash: string): Promise<boolean> {
    const [row] = await this.reader.query<{ shown: boolean }>('avatars.shown', shown, [hash]);
    return row?.shown ?? false;
  }
}
