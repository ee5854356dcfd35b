import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  getNullableType,
  type GraphQLField,
  GraphQLError,
  type GraphQLNamedType,
  type GraphQLSchema,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { pageLimits } from './connection/page-request.js';
import { defaultPageSizeOf } from './connection/page-sizes.js';
import { variablesError } from './variables.js';

/**
 * What one operation may cost: one for each field of the answer, lists taken at the size that the operation asks for, and `statement`
 * for what runs a statement of its own. A page of 1000 with twenty fields each costs 20 000. Known clients stay below a third.
 */
export const costLimits = { max: 100_000, statement: 20 } as const;

type Variables = Record<string, unknown>;

/** A cost that is known from the document, and lists whose size is in a variable. */
type Plan = { fixed: number; lists: { size: (variables: Variables) => number; of: Plan }[] };

const nothing: Plan = { fixed: 0, lists: [] };
const plans = new WeakMap<OperationDefinitionNode, Plan>();

/**
 * Checks the size of the variables, and what an operation costs with them. The document must be valid and within `operationLimits`. It is
 * taken apart once; a later call only multiplies, and that only where the size of a list is in a variable.
 * @param variables as the client sent them
 * @returns the error with which to refuse it, as a validation error with `limit`; undefined when it may run
 */
export function costError(
  schema: GraphQLSchema,
  { document, operation }: { document: DocumentNode; operation: OperationDefinitionNode },
  variables: Variables | null | undefined,
): GraphQLError | undefined {
  const tooLarge = variables && variablesError(variables);
  if (tooLarge) return tooLarge;
  const cost = operationCost(schema, { document, operation }, variables ?? {});
  if (cost <= costLimits.max) return undefined;
  return new GraphQLError(`The operation is too large: its cost of ${cost} exceeds the limit of ${costLimits.max}.`, {
    nodes: operation,
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED', limit: 'cost', max: costLimits.max },
  });
}

/** See `costLimits`. */
export function operationCost(
  schema: GraphQLSchema,
  { document, operation }: { document: DocumentNode; operation: OperationDefinitionNode },
  variables: Variables,
): number {
  let plan = plans.get(operation);
  if (!plan) plans.set(operation, (plan = new Planner(schema, document, operation).plan()));
  return evaluate(plan, variables);
}

function evaluate({ fixed, lists }: Plan, variables: Variables): number {
  let cost = fixed;
  for (const { size, of } of lists) cost += size(variables) * evaluate(of, variables);
  return cost;
}

/** A size that the document says, or one that a variable says. */
type Size = number | ((variables: Variables) => number);

class Planner {
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private readonly variableDefaults: Variables;

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
  ) {
    for (const node of document.definitions)
      if (node.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(node.name.value, node);
    const definitions = operation.variableDefinitions ?? [];
    this.variableDefaults = Object.fromEntries(
      definitions.map(({ variable, defaultValue }) => [variable.name.value, defaultValue && literal(defaultValue)]),
    );
  }

  plan(): Plan {
    return this.ofSet(this.operation.selectionSet, this.schema.getRootType(this.operation.operation) ?? undefined);
  }

  private ofSet(set: SelectionSetNode, type: GraphQLNamedType | undefined, pageSize?: Size): Plan {
    return set.selections.map((node) => this.ofSelection(node, type, pageSize)).reduce(sum, nothing);
  }

  private ofSelection(node: SelectionNode, type: GraphQLNamedType | undefined, pageSize?: Size): Plan {
    if (node.kind === Kind.FIELD) return this.ofField(node, type, pageSize);
    const fragment = node.kind === Kind.FRAGMENT_SPREAD ? this.fragments.get(node.name.value)! : node;
    const condition = fragment.typeCondition?.name.value;
    return this.ofSet(fragment.selectionSet, condition ? this.schema.getType(condition) : type, pageSize);
  }

  /** @param pageSize set inside a connection: the size of its lists */
  private ofField(node: FieldNode, parent: GraphQLNamedType | undefined, pageSize?: Size): Plan {
    const hasFields = isObjectType(parent) || isInterfaceType(parent);
    const field = hasFields ? parent.getFields()[node.name.value] : undefined;
    const defaultSize = defaultPageSizeOf(`${parent?.name}.${node.name.value}`);
    const innerPage = defaultSize === undefined ? undefined : this.pageSize(node, defaultSize);
    const inner = node.selectionSet
      ? this.ofSet(node.selectionSet, field && getNamedType(field.type), innerPage)
      : nothing;
    const runsStatement = innerPage !== undefined || (pageSize !== undefined && node.name.value === 'totalCount');
    const one = sum({ fixed: runsStatement ? costLimits.statement : 1, lists: [] }, inner);
    if (!field || !isListType(getNullableType(field.type))) return one;
    return times(pageSize ?? this.askedFor(node, field), one);
  }

  private pageSize(node: FieldNode, defaultSize: number): Size {
    const first = this.value(argument(node, 'first'));
    const last = this.value(argument(node, 'last'));
    return sized(first, last, (...given) => {
      const asked = given.find((size) => typeof size === 'number') ?? defaultSize;
      return Math.min(Math.max(asked, 0), pageLimits.maxSize);
    });
  }

  /** A list of what was asked for by a list has as many members: `nodes(ids)`. Other lists are short by nature. */
  private askedFor(node: FieldNode, field: GraphQLField<unknown, unknown>): Size {
    const asking = field.args.find((arg) => isListType(getNullableType(arg.type)));
    const asked = asking && this.value(argument(node, asking.name));
    return sized(asked, undefined, (list) => (Array.isArray(list) ? list.length : 1));
  }

  /** What an argument is, when the document says so; else how to find it in the variables. */
  private value(node: ArgumentNode | undefined): unknown {
    if (node?.value.kind !== Kind.VARIABLE) return node && literal(node.value);
    const name = node.value.name.value;
    const byDefault = this.variableDefaults[name];
    // As graphql-js has it: a null that is given replaces the default, and what an object inherits is not given.
    return (variables: Variables) => (Object.hasOwn(variables, name) ? variables[name] : byDefault);
  }
}

/** Null is as absent, and so is what sizes no list. */
function literal(node: ValueNode): unknown {
  if (node.kind === Kind.INT) return Number(node.value);
  return node.kind === Kind.LIST ? node.values : undefined;
}

function argument(node: FieldNode, name: string): ArgumentNode | undefined {
  return node.arguments?.find((each) => each.name.value === name);
}

/** Reckons at once when no part is in a variable. */
function sized(a: unknown, b: unknown, size: (a: unknown, b: unknown) => number): Size {
  if (typeof a !== 'function' && typeof b !== 'function') return size(a, b);
  const resolve = (value: unknown, variables: Variables): unknown =>
    typeof value === 'function' ? value(variables) : value;
  return (variables) => size(resolve(a, variables), resolve(b, variables));
}

function times(size: Size, plan: Plan): Plan {
  if (typeof size === 'function') return { fixed: 0, lists: [{ size, of: plan }] };
  return {
    fixed: size * plan.fixed,
    lists: plan.lists.map((list) => ({ size: (variables) => size * list.size(variables), of: list.of })),
  };
}

function sum(a: Plan, b: Plan): Plan {
  return { fixed: a.fixed + b.fixed, lists: b.lists.length === 0 ? a.lists : [...a.lists, ...b.lists] };
}
