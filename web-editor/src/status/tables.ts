// The tables of the page: rows come and go, the cells of those that stay are only changed.
import { byId, element } from "../common/element";

export interface Row {
  name: string;
  cells: string[];
}

export function showRows(tableId: string, rows: Row[]): void {
  const body = byId(tableId, HTMLTableElement).tBodies[0];
  if (!body) return;
  while (body.rows.length > rows.length) body.deleteRow(-1);
  rows.forEach(({ name, cells }, i) => {
    const row = body.rows[i] ?? newRow(body, cells.length);
    [name, ...cells].forEach((text, column) => {
      const cell = row.cells[column];
      if (cell && cell.textContent !== text) cell.replaceChildren(...breakable(text));
    });
  });
}

// ERR_SUCH_A_CODE may go on in the next line behind each underscore, and is still copied in one piece.
function breakable(text: string): (string | Node)[] {
  const parts = text.split(/(?<=_)/);
  return parts.flatMap((part, i) => (i === 0 ? [part] : [element("wbr"), part]));
}

function newRow(body: HTMLTableSectionElement, cells: number): HTMLTableRowElement {
  const row = element("tr", {}, element("th", { scope: "row" }));
  for (let i = 0; i < cells; i++) row.append(element("td"));
  body.append(row);
  return row;
}
