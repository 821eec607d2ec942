// Tables for a person.

type Rows = readonly (readonly string[])[];

const widthsOf = (rows: Rows) => (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? "").length)));

/**
 * Rows in which columns are left out until they fit.
 * @param givingWay the heads of columns, the least important first
 * @param width of the terminal; where there is none, nothing is left out
 */
export function fitting(rows: Rows, givingWay: readonly string[], width: number | undefined): Rows {
  let shown = rows;
  for (const head of givingWay) {
    if (width === undefined || widthsOf(shown).reduce((sum, own) => sum + own + 2, -2) <= width) break;
    const gone = shown[0]?.indexOf(head) ?? -1;
    shown = shown.map((row) => row.filter((_, at) => at !== gone));
  }
  return shown;
}

/** Words in columns as wide as they need. The last one may be of any length. */
export function columns(rows: Rows): string {
  const widths = widthsOf(rows);
  const line = (row: readonly string[]) =>
    row
      .map((word, at) => word.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join("");
}
