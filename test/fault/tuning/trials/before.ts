import type { Candidate, Dice } from './pool.ts'

/** What an administrator has left on the server before gigarow comes: texts of files, and values in its tables. */
export interface Before {
  readonly files: {
    readonly conf: string
    readonly include: string
    readonly folder: readonly string[]
    readonly auto: string
  }
  /** ALTER SYSTEM, after the start; nothing that needs a restart. */
  readonly altered: readonly Line[]
  readonly scoped: readonly (Line & { readonly whom: Whom })[]
  /** Set last, and waiting for a restart. */
  readonly pending: Pending | undefined
}

export interface Line {
  readonly name: string
  readonly text: string
}

export interface Pending extends Line {
  /** As pg_settings will show it. */
  readonly shown: string
}

export type Whom = 'role' | 'database' | 'role in database' | 'every role'

const PENDING: readonly Pending[] = [
  { name: 'max_files_per_process', text: '900', shown: '900' },
  { name: 'superuser_reserved_connections', text: '4', shown: '4' },
]

export interface Drawing {
  readonly candidates: readonly Candidate[]
  /** Has a text in postgresql.auto.conf. */
  readonly sure: Candidate | undefined
}

export function previousState({ candidates, sure }: Drawing, dice: Dice): Before {
  const { some, pick, chance } = dice
  const lines = (atMost: number, from: readonly Candidate[] = candidates) =>
    some(from, atMost).map(({ name, texts }) => ({ name, text: pick(texts) }))
  const loosely = (atMost: number) =>
    some(candidates, atMost).map(({ name, texts, loose = [] }) => ({
      name,
      text: pick([...texts, ...loose]),
    }))
  const live = candidates.filter((c) => c.restart === undefined && c.extension === undefined)
  const own = live.filter((c) => c.session === true)
  const folder = [loosely(3), loosely(3)]
  const certain = sure === undefined ? [] : [{ name: sure.name, text: pick(sure.texts) }]
  const auto = [...lines(9), ...(chance(25) ? lines(3) : []), ...certain]
  return {
    files: {
      conf: confFile(loosely(6), dice),
      include: fileOf(loosely(4), dice),
      folder: folder.map((part) => fileOf(part, dice)),
      auto: fileOf([...auto, ...(chance(30) ? [{ name: 'app.note', text: "it's" }] : [])], dice),
    },
    altered: lines(3, live),
    scoped: lines(5, own).map((line) => ({
      ...line,
      whom: pick<Whom>(['role', 'database', 'role in database', 'every role']),
    })),
    pending: chance(12) ? pick(PENDING) : undefined,
  }
}

/** The settings above, between and below what is included. */
function confFile(lines: readonly Line[], dice: Dice): string {
  const at = dice.below(lines.length + 1)
  return [
    "include 'gigarow.conf'\n",
    fileOf(lines.slice(0, at), dice),
    "include 'trial.conf'\ninclude_dir 'trial.d'\ninclude_if_exists 'missing.conf'\n",
    fileOf(lines.slice(at), dice),
  ].join('')
}

function fileOf(lines: readonly Line[], dice: Dice): string {
  return lines.map((line) => spelled(line, dice)).join('')
}

/** As people write such lines. */
function spelled({ name, text }: Line, { pick, chance }: Dice): string {
  const quoted = `'${text.replaceAll('\\', '\\\\').replaceAll("'", chance(50) ? "''" : "\\'")}'`
  const bare = /^(-?\d+[a-zA-Z]*|[a-zA-Z_]+)$/.test(text) && chance(40) ? text : quoted
  const written = pick([name, name, name.toUpperCase(), `  ${name}`])
  const comment = pick(['', '', ' # a comment', '\n# work_mem = 99MB\n'])
  return `${written}${pick([' = ', '=', ' '])}${bare}${comment}\n`
}
