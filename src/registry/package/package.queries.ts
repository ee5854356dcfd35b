import { Injectable } from '@nestjs/common';
import { namespaceRows } from '../../../projections/accounts/namespaces/namespaces.projection.js';
import { userRows } from '../../../projections/accounts/users/users.projection.js';
import { packageRows, type PackageRow } from '../../../projections/registry/packages/packages.projection.js';
import { foldedName, mayManage } from '../../accounts/index.js';
import type { Actor } from '../../core/event-store/types.js';
import { tableName } from '../../core/projection/ddl.js';
import { Reader, type Lookup } from '../../core/read/reader.js';
import { foldedPackageName } from './package-name.js';

/** What is read of a package wherever one is shown: not what only search looks at. */
export const packageNodeColumns = [
  'id',
  'number',
  'name',
  'foldedName',
  'ownerId',
  'isPrivate',
  'isArchived',
  'icon',
  'iconUpdatedAt',
  'recentVersions',
  'versionCount',
  'describedBy',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof PackageRow)[];

/**
 * A package with its owner, as far as lists show one, and how often it was downloaded: all by one statement. A package whose owner is gone is
 * gone with it.
 */
export type PackageNode = Pick<PackageRow, (typeof packageNodeColumns)[number]> & {
  ownerName: string;
  ownerNumber: number;
  ownerAvatar: string | null;
  /** The user who owns the package, or the namespace of the package. */
  managerId: string;
  /** Null for never. */
  downloads: number | null;
};

/** The owner of each package, under names that no read table of this silo has: for statements that name columns without their table. */
export const packageOwners = `
  LEFT JOIN (SELECT id AS user_ref, number AS user_number, username AS user_name, avatar AS user_avatar
    FROM ${tableName(userRows)} WHERE NOT is_erased) AS owning_user ON user_ref = owner_id
  LEFT JOIN (SELECT id AS namespace_ref, number AS namespace_number, name AS namespace_name, avatar AS namespace_avatar,
    owner_id AS manager_ref FROM ${tableName(namespaceRows)}) AS owning_namespace ON namespace_ref = owner_id`;
export const packageOwnerColumns =
  'coalesce(user_name, namespace_name) AS "ownerName", coalesce(user_ref, manager_ref) AS "managerId"';
export const hasOwner = 'coalesce(user_ref, namespace_ref) IS NOT NULL';

/** What the statements of packages read: the rest of a PackageNode. */
export const packageNode = {
  columns: packageNodeColumns,
  join: `${packageOwners} LEFT JOIN store.download_counts ON subject = id`,
  also: `${packageOwnerColumns}, coalesce(user_number, namespace_number)::float8 AS "ownerNumber",
    coalesce(user_avatar, namespace_avatar) AS "ownerAvatar", downloads::float8 AS downloads`,
};

const { columns, join, also } = packageNode;
const byIds = { name: 'by_ids', columns, also, where: `${join} WHERE id = ANY ($1) AND ${hasOwner}` };
const byNumbers = { name: 'by_numbers', columns, also, where: `${join} WHERE number = ANY ($1) AND ${hasOwner}` };
// A name that was handed over may stand in two rows for a moment: the newest one has it.
const byFullName = {
  name: 'by_full_name',
  columns,
  also,
  // The one package first: joined with all that an estimate sees, the owners would be read as a whole.
  where: `${join} WHERE ${hasOwner} AND id = (
    SELECT id FROM ${tableName(packageRows)} WHERE folded_name = $2 AND owner_id = ANY (ARRAY (
      SELECT id FROM ${tableName(userRows)} WHERE folded_username = $1 AND NOT is_erased
      UNION ALL SELECT id FROM ${tableName(namespaceRows)} WHERE folded_name = $1))
    ORDER BY position DESC LIMIT 1)`,
};

const keywordsOf = {
  name: 'keywords_of',
  columns: ['id', 'keywords', 'describedByNumber'],
  where: 'WHERE id = ANY ($1)',
};

const iconShown = `SELECT EXISTS (SELECT FROM ${tableName(packageRows)} ${packageOwners} WHERE icon = $1 AND ${hasOwner}) AS shown`;

const byFullNames = {
  name: 'by_full_names',
  columns,
  also,
  where: `${join} WHERE ${hasOwner} AND (folded_name, owner_id) IN (
    SELECT wanted.name, owner.id FROM unnest($1::text[], $2::text[]) AS wanted (owner, name)
    JOIN (SELECT id, folded_username AS folded FROM ${tableName(userRows)} WHERE NOT is_erased
      UNION ALL SELECT id, folded_name FROM ${tableName(namespaceRows)}) AS owner ON owner.folded = wanted.owner)
    ORDER BY position`,
};

// Whoever had the command first keeps it: no later package can take it over.
const byCommands = {
  name: 'by_commands',
  columns: [...columns, 'commandNames'],
  also,
  where: `${join} WHERE ${hasOwner} AND NOT is_private AND NOT is_archived AND command_names @> ANY ($1::jsonb[])
    ORDER BY number`,
};

export type PackageKeywords = Pick<PackageRow, 'id' | 'keywords' | 'describedByNumber'>;

/** Owner and name, each in its normal form. */
export type FullName = { owner: string; name: string };

@Injectable()
export class PackageQueries {
  constructor(private readonly reader: Reader) {}

  /** Whether any package has this icon now. */
  async isIconShown(hash: string): Promise<boolean> {
    const [row] = await this.reader.query<{ shown: boolean }>('packages.icon_shown', iconShown, [hash]);
    return row?.shown ?? false;
  }

  /** In any order; also packages that not everybody may see. */
  byIds(ids: readonly string[]): Promise<PackageNode[]> {
    return this.find(byIds, [ids]);
  }

  /** In any order. */
  keywordsOf(ids: readonly string[]): Promise<PackageKeywords[]> {
    return this.find<PackageKeywords>(keywordsOf, [ids]);
  }

  byNumbers(numbers: readonly number[]): Promise<PackageNode[]> {
    return this.find(byNumbers, [numbers]);
  }

  /** In whatever case; also one that not everybody may see. */
  async byFullName(owner: string, name: string): Promise<PackageNode | null> {
    const [found] = await this.find(byFullName, [foldedName(owner), foldedPackageName(name)]);
    return found ?? null;
  }

  /**
   * In whatever case, in one statement; also such as not everybody may see.
   * @returns as many as there are names, in their order
   */
  async byFullNames(names: readonly FullName[]): Promise<(PackageNode | null)[]> {
    if (names.length === 0) return [];
    const folded = names.map(({ owner, name }) => [foldedName(owner), foldedPackageName(name)] as const);
    const found = await this.find(byFullNames, [folded.map(([owner]) => owner), folded.map(([, name]) => name)]);
    const keyOf = (owner: string, name: string) => `${owner}/${name}`;
    // The newest of two comes last, and stays.
    const byKey = new Map(found.map((node) => [keyOf(foldedName(node.ownerName), node.foldedName), node]));
    return folded.map(([owner, name]) => byKey.get(keyOf(owner, name)) ?? null);
  }

  /** Public packages that have one of these commands, the oldest first. */
  byCommands(commands: readonly string[]): Promise<(PackageNode & Pick<PackageRow, 'commandNames'>)[]> {
    return this.find<PackageNode & Pick<PackageRow, 'commandNames'>>(byCommands, [
      commands.map((command) => JSON.stringify([command])),
    ]);
  }

  private async find<Node = PackageNode>(lookup: Lookup, values: unknown[]): Promise<Node[]> {
    return (await this.reader.find(packageRows, lookup, values)) as Node[];
  }
}

/** A private package is there only for who manages its owner. */
export function maySee(actor: Actor, { isPrivate, managerId }: Pick<PackageNode, 'isPrivate' | 'managerId'>): boolean {
  return !isPrivate || mayManage(actor, { ownerId: managerId });
}
