import { Injectable } from '@nestjs/common';
import type { Ctx } from '../../core/graphql/context.js';
import { hashDigits } from '../hash.js';
import { maySee } from '../package/package.queries.js';
import { PackageReleaseQueries, type ReleaseNode } from './package-release.queries.js';

/** Finds releases by their hash, of what the caller may see. */
@Injectable()
export class PackageReleaseLookup {
  constructor(private readonly releases: PackageReleaseQueries) {}

  /** What was pushed for everybody comes first. @param hash with `sha256:` in front or without */
  async byHash(hash: string, { actor }: Ctx): Promise<ReleaseNode | null> {
    const digits = hashDigits(hash);
    const releases = digits ? await this.releases.byHash(digits) : [];
    return releases.find((release) => maySee(actor, release)) ?? null;
  }
}
