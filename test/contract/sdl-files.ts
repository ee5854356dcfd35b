import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildASTSchema,
  GraphQLSchema,
  Kind,
  parse,
  print,
  type DefinitionNode,
  type TypeDefinitionNode,
  type TypeExtensionNode,
} from 'graphql';

export type SdlFile = { path: string; text: string };

type TypeNode = TypeDefinitionNode | TypeExtensionNode;

const rootTypes = ['Query', 'Mutation', 'Subscription'];

/** Every `.graphql` file below `folder`, in a fixed order. */
export function readSdlFiles(folder: string): SdlFile[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.graphql'));
  return paths.sort().map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
}

/** One SDL text of all files: later blocks of a type extend its first, as the server merges them. */
export function mergeSdl(files: SdlFile[]): string {
  const declared = new Set<string>();
  const definitions = files.flatMap(definitionsOf).map((node) => {
    if (!isType(node) || isExtension(node)) return node;
    const isFirst = !declared.has(node.name.value);
    declared.add(node.name.value);
    return isFirst ? node : extension(node);
  });
  return definitions.map((node) => print(node)).join('\n\n');
}

/** The schema of an SDL text without judging it; an empty text gives an empty schema. */
export function schemaOf(sdl: string): GraphQLSchema {
  if (sdl.trim() === '') return new GraphQLSchema({});
  return buildASTSchema(parse(sdl), { assumeValidSDL: true });
}

/**
 * What merging would hide, found in the files themselves: something declared twice (the last one wins silently), a type with
 * two owners, an extension of a type that nobody declares (it is dropped silently).
 * @returns one sentence each; empty when all is well
 */
export function sdlProblems(files: SdlFile[]): string[] {
  const places = new Map<string, string[]>();
  const extended = new Map<string, string>();
  const note = (name: string, path: string) => places.set(name, [...(places.get(name) ?? []), path]);
  for (const file of files) {
    for (const node of definitionsOf(file)) {
      if (node.kind === Kind.DIRECTIVE_DEFINITION) note(`@${node.name.value}`, file.path);
      if (!isType(node)) continue;
      if (isExtension(node)) extended.set(node.name.value, file.path);
      else note(node.name.value, file.path);
      for (const member of membersOf(node)) note(`${node.name.value}.${member}`, file.path);
    }
  }
  const twice = [...places].filter(([name, paths]) => paths.length > 1 && !rootTypes.includes(name));
  const ownerless = [...extended].filter(([name]) => !places.has(name));
  return [
    ...twice.map(([name, paths]) => `${name} is declared ${paths.length} times: ${paths.join(', ')}.`),
    ...ownerless.map(([name, path]) => `${name} is extended in ${path}, and declared nowhere.`),
  ].sort();
}

function definitionsOf({ path, text }: SdlFile): DefinitionNode[] {
  // A file of comments only is no document for the parser.
  if (text.replace(/#.*/g, '').trim() === '') return [];
  try {
    return [...parse(text).definitions];
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
}

function isType(node: DefinitionNode): node is TypeNode {
  return /Type(Definition|Extension)$/.test(node.kind);
}

function isExtension(node: TypeNode): node is TypeExtensionNode {
  return node.kind.endsWith('Extension');
}

function extension(node: TypeDefinitionNode): TypeExtensionNode {
  const { description: _, ...rest } = node;
  return { ...rest, kind: node.kind.replace('Definition', 'Extension') } as TypeExtensionNode;
}

function membersOf(node: TypeNode): string[] {
  if ('fields' in node) return (node.fields ?? []).map((field) => field.name.value);
  if ('values' in node) return (node.values ?? []).map((value) => value.name.value);
  if ('types' in node) return (node.types ?? []).map((type) => type.name.value);
  return [];
}
