import { Module } from '@nestjs/common';
import { PictureServer } from './picture-server.js';
import { PictureStore } from './picture-store.js';

/** What takes pictures and what serves them. A silo with pictures imports it. */
@Module({ providers: [PictureServer, PictureStore], exports: [PictureServer, PictureStore] })
export class PictureModule {}
