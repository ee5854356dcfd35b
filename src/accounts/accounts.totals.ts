import { Injectable, type OnModuleInit } from '@nestjs/common';
import { totals } from '../../projections/accounts/totals/totals.projection.js';
import { Totals } from '../core/http/totals.js';
import { tableName } from '../core/projection/ddl.js';
import { Reader } from '../core/read/reader.js';

/** The figures of the start page. */
@Injectable()
export class AccountsTotals implements OnModuleInit {
  constructor(
    private readonly reader: Reader,
    private readonly page: Totals,
  ) {}

  onModuleInit(): void {
    this.page.register(() => this.read());
  }

  private async read(): Promise<{ label: string; value: number }[]> {
    const sum = `SELECT group_key AS label, sum(count)::float8 AS value FROM ${tableName(totals)} GROUP BY 1 ORDER BY 1`;
    return this.reader.query<{ label: string; value: number }>('totals.all', sum, []);
  }
}
