/** Prints for people or for machines: a table, or with `--json` one JSON document. */
export type OutputOptions = { json?: boolean };

type Cell = string | number | boolean | null | undefined | Date;

/** What stands under each heading. */
export type Columns<Row> = Record<string, (row: Row) => Cell>;

/**
 * Rows as an aligned table with a heading, or as a JSON array of the rows themselves.
 * @param empty what people are told when there is no row
 */
export function printRows<Row extends Record<string, unknown>>(
  rows: Row[],
  columns: Columns<Row>,
  empty: string,
  { json }: OutputOptions,
): void {
  if (json) return printJson(rows);
  if (rows.length === 0) return print(empty);
  for (const line of tableLines(rows, columns)) print(line);
}

/** Rows as an aligned table, the heading first. */
export function tableLines<Row>(rows: Row[], columns: Columns<Row>): string[] {
  const heading = Object.keys(columns);
  const cells = [heading, ...rows.map((row) => heading.map((name) => text(columns[name]!(row))))];
  const widths = heading.map((_, index) => Math.max(...cells.map((line) => line[index]!.length)));
  return cells.map((line) =>
    line
      .map((cell, index) => cell.padEnd(widths[index]!))
      .join('  ')
      .trimEnd(),
  );
}

/** Names and values under each other, or one JSON object. */
export function printFacts(facts: Record<string, unknown>, { json }: OutputOptions): void {
  if (json) return printJson(facts);
  const width = Math.max(...Object.keys(facts).map((name) => name.length));
  for (const [name, value] of Object.entries(facts)) print(`${name.padEnd(width)}  ${text(value as Cell)}`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** For progress and notes: standard output belongs to the result. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

function text(cell: Cell): string {
  if (cell === null || cell === undefined) return '-';
  if (cell instanceof Date) return cell.toISOString();
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
}

const barWidth = 30;
const redrawMs = 100;

/** A bar on a terminal's standard error with rate and time left, redrawn in place; nothing elsewhere. It ends with the first `done` that is the total. */
export function progressBar(label: string, total: number): (done: number) => void {
  if (!process.stderr.isTTY || total === 0) return () => undefined;
  const pace = paceOf(total);
  let drawnAt = 0;
  let ended = false;
  return (done) => {
    const last = done >= total;
    if (ended || (!last && Date.now() - drawnAt < redrawMs)) return;
    drawnAt = Date.now();
    ended = last;
    const filled = Math.round((barWidth * Math.min(done, total)) / total);
    const { perSecond, secondsLeft } = pace(done);
    const left = last || secondsLeft === null ? '' : `, ${secondsLeft} s left`;
    process.stderr.write(
      `\r${label} [${'='.repeat(filled)}${' '.repeat(barWidth - filled)}] ${done}/${total}, ${perSecond}/s${left}\u001b[K${last ? '\n' : ''}`,
    );
  };
}

export type Pace = { perSecond: number; secondsLeft: number | null };

/** How fast work goes on since the first call, and how long the rest takes at that pace. */
export function paceOf(total: number): (done: number) => Pace {
  let first: { at: number; done: number } | null = null;
  return (done) => {
    first ??= { at: Date.now(), done };
    const seconds = (Date.now() - first.at) / 1000;
    const perSecond = seconds > 0 ? Math.round((done - first.done) / seconds) : 0;
    return { perSecond, secondsLeft: perSecond > 0 ? Math.ceil((total - done) / perSecond) : null };
  };
}
