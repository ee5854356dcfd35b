import { html, type Html } from './html.js';

export type TableParts = {
  /** What the table lists, for those who do not see its place on the page. */
  caption: string;
  /** Headings of the columns; that of buttons may be empty. */
  columns: readonly string[];
  /** The first cell names the row. */
  rows: readonly (readonly (Html | string)[])[];
};

/** A table; on a narrow screen each row stands as a block, with the headings before its cells. */
export function table({ caption, columns, rows }: TableParts): Html {
  // The roles say again what the elements mean: browsers forget it for elements that the stylesheet shows as blocks.
  return html`<table role="table">
    <caption class="visually-hidden">
      ${caption}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${columns.map((column) => html`<th role="columnheader" scope="col">${column || buttonColumn}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows.map(
        (cells) =>
          html`<tr role="row">
            ${cells.map((cell, index) => cellOf(cell, columns[index]!, index))}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

const buttonColumn = html`<span class="visually-hidden">Action</span>`;

function cellOf(cell: Html | string, column: string, index: number): Html {
  if (index === 0) return html`<th role="rowheader" scope="row">${cell}</th>`;
  if (column === '') return html`<td role="cell" class="action">${cell}</td>`;
  return html`<td role="cell" data-label="${column}">${cell}</td>`;
}
