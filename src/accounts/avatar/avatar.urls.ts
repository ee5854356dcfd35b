import type { Config } from '../../core/config/config.js';
import { initialFile } from './initial.js';
import { pictureSize } from '../../core/picture/picture.limits.js';

/**
 * The absolute URL of an owner's picture, or of its initial when it has none. It works for everybody.
 * @param size longest edge that is wanted, in pixels; the picture comes in the next size that there is. Without it, as it is stored.
 */
export function avatarUrl({ publicUrl }: Pick<Config, 'publicUrl'>, owner: Owner, size?: number): string {
  if (owner.avatar === null) return `${publicUrl}/avatars/initial/${initialFile(owner.name)}`;
  const query = size === undefined ? '' : `?size=${pictureSize(size)}`;
  return `${publicUrl}/avatars/${owner.avatar}${query}`;
}

type Owner = {
  /** Hash of the picture. */
  avatar: string | null;
  name: string;
};
