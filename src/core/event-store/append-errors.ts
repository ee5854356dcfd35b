import { refuse } from '../errors/core.errors.js';
import { limits } from './limits.js';
import {
  ClaimNotOwned,
  ClaimTaken,
  CommandKeyConflict,
  ConcurrencyConflict,
  SubjectErased,
  type ExpectedVersion,
} from './types.js';

/** How `store.append` is told what is expected. */
export function encodeExpected(expected: ExpectedVersion): number {
  if (expected === 'none') return 0;
  if (expected === 'any') return -1;
  if (expected === 'exists') return -2;
  return expected;
}

function decodeExpected(code: number): ExpectedVersion {
  if (code === 0) return 'none';
  if (code === -1) return 'any';
  if (code === -2) return 'exists';
  return code;
}

/** Turns what `store.append` raises (SQLSTATE class WB, facts as JSON in DETAIL) into the store's own errors; others pass. */
export function appendError(error: unknown): unknown {
  const { code, detail } = error as { code?: string; detail?: string };
  if (!code?.startsWith('WB0') || !detail) return error;
  const facts = JSON.parse(detail);
  switch (code) {
    case 'WB001':
      return new ConcurrencyConflict(facts.streamId, decodeExpected(facts.expected), facts.actual);
    case 'WB002':
      return new ClaimTaken(facts.key, facts.owner);
    case 'WB003':
      return new ClaimNotOwned(facts.key, facts.streams, facts.owner);
    case 'WB004':
      return new CommandKeyConflict(facts.key);
    case 'WB005':
      // Another writer sealed for this subject first: the caller reloads and finds the key.
      return new ConcurrencyConflict(facts.subject, 'none', 1);
    case 'WB006':
      return new SubjectErased(facts.subject);
    case 'WB007':
      return refuse('EVENT_TOO_LARGE', { bytes: facts.bytes, maxBytes: limits.eventDataBytes });
    default:
      return error;
  }
}
