/** Who may call at all. What a caller may do with one thing is decided by the command or the reader of that thing. */
export type Caller = 'anyone' | 'user' | 'operator';

export type PolicyRule = { caller: Caller };

/** What a root field says about access. */
export type Access =
  { kind: 'policy'; action: string } | { kind: 'public'; why: string; invalidToken: 'refused' | 'anonymous' };

const everyRule = new Map<string, PolicyRule>();
const accessKey = Symbol('waybill access');

/**
 * Declares the actions of one silo, once: `policies({ 'accounts:namespace:update': { caller: 'user' } })`.
 * @returns the same table.
 * @throws Error at load time for an action that is declared twice or not named `silo:resource:verb`.
 */
export function policies<Table extends Record<string, PolicyRule>>(table: Table): Table {
  for (const [action, rule] of Object.entries(table)) {
    if (!/^[a-z-]+(:[a-z-]+){2}$/.test(action))
      throw new Error(`The action ${action} is not named silo:resource:verb.`);
    if (everyRule.has(action)) throw new Error(`The action ${action} is declared twice.`);
    everyRule.set(action, rule);
  }
  return table;
}

/** The rule of an action, or undefined when no silo declares it. */
export function ruleOf(action: string): PolicyRule | undefined {
  return everyRule.get(action);
}

/** Guards a root field by the rule of an action. The start fails when no silo declares the action. */
export function Policy(action: string): MethodDecorator {
  return mark({ kind: 'policy', action });
}

/**
 * Opens a root field to everybody.
 * @param why the reason, for the reader.
 * @param options.invalidToken a request with an invalid token is refused as a whole. `anonymous` makes this field work none the less, for
 *   fields by which a client gets a new token or finds out whether it is logged in.
 */
export function Public(why: string, options: { invalidToken?: 'refused' | 'anonymous' } = {}): MethodDecorator {
  return mark({ kind: 'public', why, invalidToken: options.invalidToken ?? 'refused' });
}

/** What `@Policy` or `@Public` says on a resolver's method; undefined when neither is there. */
export function accessOf(method: object): Access | undefined {
  return Reflect.getMetadata(accessKey, method) as Access | undefined;
}

function mark(access: Access): MethodDecorator {
  return (_target, _name, descriptor) => Reflect.defineMetadata(accessKey, access, descriptor.value as object);
}
