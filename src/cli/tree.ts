/** A line and what stands below it. */
export type TreeNode = { text: string; children?: TreeNode[] };

/** The tree as lines, with branches drawn before them. */
export function* treeLines(root: TreeNode): Generator<string> {
  yield root.text;
  yield* branches(root.children ?? [], '');
}

function* branches(nodes: TreeNode[], indent: string): Generator<string> {
  for (const [index, { text, children = [] }] of nodes.entries()) {
    const isLast = index === nodes.length - 1;
    yield `${indent}${isLast ? '└─ ' : '├─ '}${text}`;
    yield* branches(children, `${indent}${isLast ? '   ' : '│  '}`);
  }
}

/** Rows as lines with columns under each other. */
export function alignedRows(rows: string[][]): TreeNode[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) => ({
    text: row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  }));
}
