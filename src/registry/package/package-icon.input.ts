import type { Upload } from '../../core/graphql/multipart/upload.js';
import type { PictureInput } from '../../core/picture/picture-store.js';

/** What the input of a mutation says of an icon. */
export function iconOf({ icon, iconUpload }: { icon?: string; iconUpload?: Upload }): PictureInput {
  return { field: 'icon', text: icon, upload: iconUpload };
}
