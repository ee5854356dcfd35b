import { Injectable } from '@nestjs/common';
import { monthOf, packageMonths } from '../../../projections/registry/package-months/package-months.projection.js';
import { tableName } from '../../core/projection/ddl.js';
import { Reader } from '../../core/read/reader.js';

export type PackageMonth = { packages: number; versions: number };

const ofMonth = `SELECT coalesce(sum(packages), 0)::float8 AS packages, coalesce(sum(versions), 0)::float8 AS versions
  FROM ${tableName(packageMonths)} WHERE group_key = $1`;

@Injectable()
export class PackageMonthsQueries {
  constructor(private readonly reader: Reader) {}

  /** What was published for the first time in the month of this moment. */
  async at(moment: Date): Promise<PackageMonth> {
    const [month] = await this.reader.query<PackageMonth>('package_months.of_month', ofMonth, [monthOf(moment)]);
    return month!;
  }
}
