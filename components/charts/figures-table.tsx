interface FiguresTableProps {
  caption: string
  columns: readonly string[]
  /** Their first cell is the row's header. */
  rows: readonly (readonly string[])[]
}

/** The figures of a chart for screen readers. */
export function FiguresTable({ caption, columns, rows }: FiguresTableProps) {
  return (
    // A table is never narrower than its text, so the visually hidden element is a wrapper around it.
    <div className="sr-only">
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([first, ...cells], row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows are always replaced as a whole
            <tr key={row}>
              <th scope="row">{first}</th>
              {cells.map((cell, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: cells stay in their columns
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
