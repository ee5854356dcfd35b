/** The size of a terminal, as far as it is known. */
export type Screen = { columns?: number; rows?: number };

/**
 * Lines over those that were drawn before, in place. A line that is wider than the screen is cut, for a terminal would make two of it; of
 * lines that do not fit only the first are drawn.
 * @param before how many lines stand there
 * @returns what to write, and how many lines it draws
 */
export function redrawn(
  lines: string[],
  before: number,
  { columns = 80, rows = 24 }: Screen,
): { text: string; lines: number } {
  const most = Math.max(1, rows - 1);
  const shown = lines.length > most ? [...lines.slice(0, most - 1), `… ${lines.length - most + 1} more`] : lines;
  const up = before > 0 ? `\x1b[${before}A\r` : '';
  return { text: `${up}\x1b[J${shown.map((line) => `${line.slice(0, columns)}\n`).join('')}`, lines: shown.length };
}
