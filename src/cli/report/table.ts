import { type Html, html } from './html.ts'

export interface HtmlTable {
  readonly head: readonly string[]
  /** Columns to align to the right, by their place. */
  readonly right?: readonly number[]
  readonly rows: readonly (readonly string[])[]
}

export function htmlTable({ head, right = [], rows }: HtmlTable): Html {
  const align = (column: number) => (right.includes(column) ? 'right' : 'left')
  return html`<div class="scroll"><table>
<thead><tr>${head.map((text, k) => html`<th class="${align(k)}">${text}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${row.map((text, k) => html`<td class="${align(k)}">${text}</td>`)}</tr>\n`)}</tbody>
</table></div>
`
}

/** Statements or other text whose lines and spaces count. */
export function htmlText(text: string): Html {
  return html`<pre>${text}</pre>\n`
}
