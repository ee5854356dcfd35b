import type { ReceivedFile } from './form.js';
import { malformed } from './multipart.errors.js';
import { isRecord, type Place, placeAt } from './variable-path.js';
import type { Upload } from './upload.js';

/** What GraphQL over HTTP has as a JSON body, with files in its variables. */
export type OperationBody = Record<string, unknown> & { variables?: Record<string, unknown> };

/** @throws Refusal BAD_MULTIPART for what is no JSON, and for what would change a prototype. */
export type ParseJson = (text: string, part: string) => unknown;

const specFields = new Set(['operations', 'map']);
const plainFields = new Set(['query', 'id', 'variables', 'operationName']);

export const isOperationField = (name: string): boolean => specFields.has(name) || plainFields.has(name);

/** Where files go, known once the text fields are there. */
type Plan = { body: OperationBody; placesOf(file: string): readonly Place[] | undefined; missing(): string[] };

/**
 * Turns the parts of a multipart request into the body of an ordinary one. It reads two dialects, which do not mix:
 *
 * - the GraphQL multipart request specification (jaydenseric): `operations`, then `map`, then the files that the map names;
 * - plain fields `query` or `id`, `variables` (JSON) and `operationName`, then files named by the path of their variable, as old
 *   Relay network layers send them and as the old wapm sends every request, without files.
 */
export class OperationForm {
  private readonly texts = new Map<string, string>();
  private readonly filled = new Set<string>();
  private plan: Plan | undefined;

  constructor(
    private readonly parseJson: ParseJson,
    private readonly store: (file: ReceivedFile, name: string) => Promise<Upload>,
  ) {}

  isField = isOperationField;

  /** @throws Refusal BAD_MULTIPART for a field that is unknown, repeated, too late, or of the other dialect. */
  field(part: string, text: string): void {
    if (!isOperationField(part)) throw malformed('A multipart request has no such field.', { part });
    if (this.texts.has(part)) throw malformed('A field comes once.', { part });
    if (this.plan) throw malformed('The text fields come before the files.', { part });
    if (part === 'map' && !this.texts.has('operations')) throw malformed('operations comes before map.', { part });
    const [first = part] = this.texts.keys();
    if (specFields.has(first) !== specFields.has(part)) {
      throw malformed('operations and map do not go together with plain fields.', { part });
    }
    this.texts.set(part, text);
  }

  /** @throws Refusal BAD_MULTIPART for a file that nothing asks for, or that comes twice; whatever the store throws. */
  async file(part: string, file: ReceivedFile): Promise<void> {
    this.plan ??= this.planned();
    const places = this.plan.placesOf(part);
    if (!places) throw malformed('The map names no such file.', { part });
    if (this.filled.has(part)) throw malformed('A file comes once.', { part });
    this.filled.add(part);
    const upload = await this.store(file, part);
    for (const { parent, key } of places) parent[key] = upload;
  }

  /** @throws Refusal BAD_MULTIPART when a part is missing. */
  body(): OperationBody {
    const { body, missing } = (this.plan ??= this.planned());
    const [part] = missing();
    if (part !== undefined) throw malformed('The map names a file that did not come.', { part });
    return body;
  }

  private planned(): Plan {
    return this.texts.has('operations') ? this.specPlan() : this.plainPlan();
  }

  private specPlan(): Plan {
    const body = this.json('operations');
    const map = this.json('map');
    if (!isObject(body)) throw malformed('operations is one JSON object.', { part: 'operations' });
    if (!isObject(map)) throw malformed('map is a JSON object and comes before the files.', { part: 'map' });
    const places = new Map(Object.entries(map).map(([file, paths]) => [file, mappedPlaces(body, paths)]));
    assertDistinct([...places.values()].flat());
    return {
      body,
      placesOf: (file) => places.get(file),
      missing: () => [...places.keys()].filter((file) => !this.filled.has(file)),
    };
  }

  private plainPlan(): Plan {
    // Empty is how a form says null.
    const given = (part: string) => this.texts.get(part) || null;
    const [query, id, operationName] = ['query', 'id', 'operationName'].map(given);
    if (!query && !id) {
      throw malformed('Send operations and map, or query and variables, before any file.');
    }
    const variables = given('variables') ? (this.json('variables') ?? {}) : {};
    if (!isObject(variables)) throw malformed('variables is a JSON object.', { part: 'variables' });
    return {
      body: { query, id, operationName, variables },
      placesOf: (file) => [placeAt(variables, file, isVacant)],
      missing: () => [],
    };
  }

  private json(part: string): unknown {
    const text = this.texts.get(part);
    return text && this.parseJson(text, part);
  }
}

/** The specification wants every path to end at a null, and to start at `variables` when operations are not a batch. */
function mappedPlaces(body: object, paths: unknown): Place[] {
  if (!Array.isArray(paths) || paths.length === 0 || !paths.every((path) => typeof path === 'string')) {
    throw malformed('Each entry of map is a list of paths.', { part: 'map' });
  }
  return paths.map((path: string) => {
    if (!path.startsWith('variables.')) throw malformed('A file goes into variables.', { path });
    return placeAt(body, path, (value) => value === null);
  });
}

function assertDistinct(places: Place[]): void {
  const seen = new Set<string>();
  for (const { path } of places) {
    if (seen.has(path)) throw malformed('Two files cannot go into one variable.', { path });
    seen.add(path);
  }
}

/** Where a script's JSON.stringify meets a file, it leaves null, `{}` or nothing. */
function isVacant(value: unknown): boolean {
  return value == null || (isObject(value) && Object.keys(value).length === 0);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && !Array.isArray(value);
}
