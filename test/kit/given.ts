import { claimKey } from '../../src/core/event-store/claims.js';
import type { Aggregate, Decide } from '../../src/core/command/aggregate.js';
import type { CommandBase, CommandMeta } from '../../src/core/command/command.js';
import type { Claim, Decision } from '../../src/core/command/decision.js';
import type { Event } from '../../src/core/event-store/types.js';
import { Refusal } from '../../src/core/errors/refusal.js';

/** Who runs commands in these tests unless a test says otherwise, and when. */
export const someone: CommandMeta = {
  actor: { kind: 'user', userId: 'user-1', isOperator: false, tokenId: 'session-1' },
  now: new Date('2026-01-09T13:46:00.000Z'),
  correlationId: 'test',
};

/**
 * The grammar of decider tests: `given(created).when(updateNamespace, command).then([renamed])`.
 * Pure: it folds the past with the aggregate's evolve and calls the decide function.
 */
export function decider<State, E extends Event<string, any>>(aggregate: Aggregate<State, E>) {
  return {
    given: (...past: E[]) => ({
      when<C extends CommandBase>(decide: Decide<State, E, C>, command: C, meta: Partial<CommandMeta> = {}) {
        const state = past.reduce(aggregate.evolve, aggregate.initialState);
        return outcome<E>(() => decide(state, command, { ...someone, ...meta }));
      },
    }),
  };
}

function outcome<E extends Event<string, any>>(run: () => Decision<E>) {
  const checks = {
    /** Exactly these events, in this order. */
    then(events: E[]) {
      expect(run().facts.map((fact) => fact.event)).toEqual(events);
      return checks;
    },
    /** Exactly these claims over all events; personal ones show as `kind:(personal)value`. */
    claims(expected: { take?: string[]; release?: string[] }) {
      const { facts } = run();
      const keys = (side: 'take' | 'release') => facts.flatMap((fact) => (fact.claims?.[side] ?? []).map(readable));
      expect({ take: keys('take'), release: keys('release') }).toEqual({ take: [], release: [], ...expected });
      return checks;
    },
    /** Exactly these conditions on other streams. */
    requires(expected: Decision['conditions']) {
      expect(run().conditions).toEqual(expected);
      return checks;
    },
    erasesItsSubject() {
      expect(run().eraseSubject).toBe(true);
      return checks;
    },
    refuses(code: string, details: object = {}) {
      const refusal = thrown(run);
      expect(refusal).toBeInstanceOf(Refusal);
      expect((refusal as Refusal).code).toBe(code);
      expect((refusal as Refusal).details).toMatchObject(details);
    },
  };
  return checks;
}

const readable = (claim: Claim): string =>
  claim.personal ? `${claim.kind}:(personal)${claim.value}` : claimKey(claim.kind, claim.value);

function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('It decided, where it should have refused.');
}
