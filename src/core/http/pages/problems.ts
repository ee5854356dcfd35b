import { Refusal } from '../../errors/refusal.js';
import { spanOf } from './time.js';

/** What is wrong with one field of a form, in a sentence; with an empty name, with the form as a whole. */
export type Problem = { name: string; label: string; text: string };

/** Does what a form asks for. @returns its result, or the refusal that it met. @throws whatever else goes wrong */
export async function orRefusal<Result>(work: () => Promise<Result>): Promise<Result | Refusal> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** At most one problem for each field. What the refusal says of anything that is no field of this form counts for the whole of it. */
export function problemsOf(
  refusal: Refusal | undefined,
  fields: readonly { name: string; label: string }[],
): Problem[] {
  if (!refusal) return [];
  const { field = '', rule = '', violations, retryAfterSeconds } = refusal.details;
  const message =
    typeof retryAfterSeconds === 'number'
      ? `There were too many tries. Try again in ${spanOf(retryAfterSeconds)}.`
      : refusal.message;
  const found = (violations as Violation[] | undefined) ?? [{ field, rule, message }];
  const problems = new Map<string, Problem>();
  for (const violation of found) {
    const { name, label } = fields.find((each) => each.name === violation.field) ?? { name: '', label: '' };
    if (!problems.has(name)) problems.set(name, { name, label, text: sentence(violation) });
  }
  return [...problems.values()];
}

type Violation = { field: string; rule: string; message: string };

/** The catalogue speaks to programmers of clients where it says which rule is broken; these are the same rules for whoever typed. */
function sentence({ rule, message }: Violation): string {
  const [, number] = /(\d+)/.exec(`${rule} ${message}`) ?? [];
  if (rule === 'isEmail') return 'Write an e-mail address, such as name@example.com.';
  if (/^min(Length|Bytes)\b/.test(rule)) return `Use at least ${number} characters.`;
  if (/^max(Length|Bytes)\b/.test(rule)) return `Use at most ${number} characters.`;
  const inWords = rule.includes(' ') && !message.includes(rule) ? `${message} The rule is: ${rule}.` : message;
  return inWords.charAt(0).toUpperCase() + inWords.slice(1);
}
