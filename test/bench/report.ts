/** One line of the table. */
export type Row = {
  part: string;
  point: string;
  /** The figure, with its unit. */
  figure: string;
  /** What it is compared with, as ratios. */
  beside?: string;
  aim?: string;
  met?: boolean;
  /** The load average when it was measured. */
  load: number;
  /** The same for machines. */
  data: Record<string, unknown>;
};

/** A header, and one table for all parts. */
export function printReport(machine: Record<string, string>, rows: Row[]): string {
  const head = Object.entries(machine).map(([name, text]) => `${name.padEnd(10)}${text}`);
  const lines = [
    ['part', 'point', 'figure', 'beside', 'aim', 'met', 'load'],
    ...rows.map(({ part, point, figure, beside = '', aim = '', met, load }) => [
      part,
      point,
      figure,
      beside,
      aim,
      met === undefined ? '' : met ? 'yes' : 'NO',
      load.toFixed(1),
    ]),
  ];
  return `${[...head, '', ...table(lines)].join('\n')}\n`;
}

function table(lines: string[][]): string[] {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const printed = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return [printed[0]!, widths.map((width) => '─'.repeat(width)).join('  '), ...printed.slice(1)];
}

/** 12345.6 → "12,346"; small numbers keep a digit. */
export function count(value: number): string {
  return value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en-US');
}
