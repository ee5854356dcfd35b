import type { Upload } from '../../core/graphql/multipart/upload.js';
import type { PictureInput } from '../../core/picture/picture-store.js';

/** What the input of a mutation says of an avatar. */
export function avatarOf({ avatar, avatarUpload }: { avatar?: string; avatarUpload?: Upload }): PictureInput {
  return { field: 'avatar', text: avatar, upload: avatarUpload };
}
