import { GigarowError, nameParts, nearest, plainIdent } from '../kernel/index.ts'

/** A kind of danger or a rule, and the object that it is allowed for; without one it is allowed for all. */
export interface Allowed {
  readonly name: string
  readonly object?: string
}

export interface Danger {
  readonly rule: string
  readonly severity: string
  readonly object?: string | undefined
}

const KINDS = ['drop', 'lock']

/** What stands behind --allow: drop · drop-column · drop-column:public.orders.legacy, separated by commas. */
export async function parseAllow(value: unknown): Promise<readonly Allowed[]> {
  const words = [...String(value ?? '').matchAll(/(?:"(?:[^"]|"")*"|[^,"])+/g)].map(([word]) => word.trim())
  const given = words.filter((word) => word !== '')
  if (given.length === 0) return []
  const { HAZARD_NAMES } = await import('../model/index.ts')
  const known = [...KINDS, ...HAZARD_NAMES]
  return given.map((word) => parseWord(word, known))
}

function parseWord(word: string, known: readonly string[]): Allowed {
  const [, name = '', object] = /^([^:]*)(?::(.*))?$/s.exec(word) ?? []
  if (!known.includes(name)) throw unknownName(name, known)
  if (object === undefined) return { name }
  const parts = nameParts(object)
  if (parts === undefined)
    throw new GigarowError('USAGE', `--allow ${word}: "${object}" is no name.`, {
      facts: { value: word },
      hint: `Write --allow ${name}:public.orders.legacy, names in double quotes where SQL needs them.`,
    })
  return { name, object: parts.map(plainIdent).join('.') }
}

function unknownName(name: string, known: readonly string[]): GigarowError {
  const near = nearest(name, known) ?? known.find((one) => one.includes(name))
  const suggestion = near === undefined ? '' : `Did you mean ${near}? `
  return new GigarowError('USAGE', `--allow knows no kind and no rule "${name}".`, {
    facts: { value: name },
    hint: `${suggestion}The kinds are drop and lock; docs/hazards lists the rules.`,
  })
}

/** What is not said to stand in another schema stands in public. */
export function isAllowed({ rule, severity, object }: Danger, allow: readonly Allowed[]): boolean {
  return allow.some(
    (word) =>
      (word.name === rule || word.name === severity) &&
      (word.object === undefined || word.object === object || `public.${word.object}` === object),
  )
}

/** The narrowest word that allows it. */
export function allowWord({ rule, object }: Danger): string {
  return object === undefined ? rule : `${rule}:${object}`
}

/** `--allow …` for all of them, as a shell takes it. */
export function allowFlag(dangers: readonly Danger[]): string {
  const words = [...new Set(dangers.map(allowWord))].join(',')
  return `--allow ${/^[\w:.,-]+$/.test(words) ? words : `'${words.replaceAll("'", "'\\''")}'`}`
}
