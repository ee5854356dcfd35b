import type { Config } from '../../core/config/config.js';
import { initialFile } from '../../accounts/index.js';

/**
 * The absolute URL of a package's icon; of its initial when it has none. It works for everybody, also for the icon of a private package: pages show
 * pictures without a token, and the hash in the URL tells nothing to who does not have the picture itself.
 */
export function packageIconUrl(
  { publicUrl }: Pick<Config, 'publicUrl'>,
  { icon, name }: { icon: string | null; name: string },
): string {
  if (icon !== null) return `${publicUrl}/packages/icons/${icon}`;
  return `${publicUrl}/avatars/initial/${initialFile(name)}`;
}
