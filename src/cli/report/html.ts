/** Markup whose texts are escaped: only html`…` makes it, so that no name of a table can become a tag. */
export class Html {
  readonly markup: string
  constructor(markup: string) {
    this.markup = markup
  }
}

type Value = string | number | Html | readonly Html[]

/** A template of tags: values are escaped unless they are Html. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  const pieces = values.map((value, k) => `${markupOf(value)}${parts[k + 1]}`)
  return new Html(parts[0] + pieces.join(''))
}

function markupOf(value: Value): string {
  if (value instanceof Html) return value.markup
  if (typeof value === 'object') return value.map(markupOf).join('')
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

export const NOTHING = new Html('')
