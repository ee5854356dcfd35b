import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { allRoles, parseRoles } from '../../src/cli/serve/roles.js';
import { settings } from '../../src/core/config/settings.js';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const { load: parse, YAML11_SCHEMA } = createRequire(import.meta.url)('js-yaml');
/** As Docker reads it, with merge keys. */
const load = (text: string): any => parse(text, { schema: YAML11_SCHEMA });

describe('compose.yaml', () => {
  const { services, volumes } = load(read('compose.yaml'));
  const ours: [string, any][] = Object.entries<any>(services).filter(([, { build }]) => build === '.');

  it('has one of every role, and a published port for the API alone', () => {
    const roles = ours.flatMap(([, { command }]) => parseRoles(command[command.indexOf('--roles') + 1]));
    expect(roles.toSorted()).toEqual(allRoles);
    expect(ours.filter(([, { ports }]) => ports).map(([name]) => name)).toEqual(['api']);
  });

  it('sets what is a setting, and gives every process the same', () => {
    for (const [, { environment }] of ours) {
      expect(Object.keys(environment).filter((name) => !(name in settings))).toEqual([]);
      expect(environment).toEqual(ours[0]![1].environment);
      expect(Object.keys(environment)).toEqual(expect.arrayContaining(['DATABASE_URL', 'WAYBILL_KEYS']));
    }
  });

  it('waits for Postgres and not for Kafka', () => {
    for (const [, { depends_on }] of ours) expect(depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    expect(services.postgres.healthcheck).toBeDefined();
  });

  it('keeps all data in named volumes, and every process sees the same files', () => {
    const mounted = Object.values<any>(services).flatMap((service) => service.volumes);
    expect(new Set(mounted.map((mount) => mount.split(':')[0]))).toEqual(new Set(Object.keys(volumes)));
    for (const [, service] of ours) expect(service.volumes).toEqual(['data:/data']);
  });

  it('names images by their whole version', () => {
    const images = Object.values<any>(services).flatMap(({ image, build }) => (build ? [] : [image]));
    const bases = [...read('Dockerfile').matchAll(/^FROM (\S+)/gm)].map((match) => match[1]);
    expect(images).toHaveLength(2);
    expect(bases).toHaveLength(2);
    for (const image of [...images, ...bases]) expect(image).toMatch(/^[\w/]+:\d+\.\d+(\.\d+)?(-[\w-]+)?$/);
  });
});

describe('the image', () => {
  it('sees every file that the build reads, and no other folder', async () => {
    const { sourceFiles } = await import('../../bin/sources.mjs' as string);
    const allowed = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map((match) => match[1]!);
    const isAllowed = (file: string) => allowed.some((entry) => file === entry || file.startsWith(`${entry}/`));
    expect((sourceFiles() as string[]).filter((file) => !isAllowed(file))).toEqual([]);
  });
});
