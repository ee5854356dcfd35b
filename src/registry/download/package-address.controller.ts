import { Controller, Get, NotFoundException, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { allowAnyOrigin } from '../../core/http/headers.js';
import { PackageQueries } from '../package/package.queries.js';
import { PackageVersionQueries } from '../package-version/package-version.queries.js';
import { parsePackageRef } from '../version/package-ref.js';
import { DownloadAccess } from './download-access.js';
import { FileUrls } from './file-urls.js';

/** The URL that a person would try: `/ns/name`, `/ns/name@^1.2`, `/ns/name:1.2.3`. It leads to the file of the version that is meant now. */
@Controller()
export class PackageAddressController {
  constructor(
    private readonly packages: PackageQueries,
    private readonly versions: PackageVersionQueries,
    private readonly access: DownloadAccess,
    private readonly urls: FileUrls,
  ) {}

  @Get('/:owner/:reference')
  async redirect(
    @Param('owner') owner: string,
    @Param('reference') reference: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const ref = parsePackageRef(`${owner}/${reference}`);
    const found = ref && (await this.packages.byFullName(ref.owner, ref.name));
    const node = await this.access.visible(found, request);
    const version = await this.versions.resolve(node.id, ref?.requirement ?? 'latest');
    if (!version) throw new NotFoundException();
    allowAnyOrigin(reply);
    // The address of a private file is a secret: like all that does not say otherwise, it is kept nowhere.
    if (!node.isPrivate) reply.header('cache-control', 'no-cache');
    await reply.code(302).header('location', this.urls.ofVersion(node, version).url).send();
  }
}
