import { ident, qualified } from '../../kernel/index.ts'
import { kindIn, labelOf, type View, type ViewColumn } from '../../model/index.ts'
import { type ActionHazard, planHazard } from '../hazards.ts'
import { locksOn } from '../label.ts'
import type { Action, DiffContext, Rule } from '../rule.ts'
import { optionActions, optionList, withoutSemicolon } from './about.ts'
import { lastingDrop } from './lasting.ts'
import { readersOf, sourceLocks } from './sources.ts'

export const viewRule: Rule<View> = {
  create(view, context) {
    const made = { makes: [view.key], reverse: { sql: [dropView(view)] } }
    const locks = sourceLocks(view.key, context)
    const defaults = defaultSql(undefined, view).map((sql) => ({ sql, reverse: { sql: [] } }))
    if (!context.isDeferred(view.key)) return [{ ...made, sql: createView(view), locks }, ...defaults]
    const needs = [...(context.to.needs.get(view.key) ?? [])]
    return [
      { ...made, sql: createView({ ...view, query: placeholder(view) }) },
      { sql: orReplace(view), needs, locks, reverse: { sql: [] } },
      ...defaults,
    ]
  },

  drop(view, context) {
    return [
      {
        sql: dropView(view),
        drops: [view.key],
        // Also of one that is made anew, which counts as new: the old one is in use.
        locks: [{ relation: labelOf(view), mode: 'ACCESS EXCLUSIVE' }],
        reverse: { sql: [createView(view), ...defaultSql(undefined, view)] },
        hazards: lastingDrop(view.key, context, { rule: 'drop-view', facts: { name: labelOf(view) } }),
      },
    ]
  },

  /** OR REPLACE appends columns and nothing else; it takes the options from the new definition. */
  alter(from, to, context) {
    if (from.query === to.query && sameColumns(from.columns, to.columns)) {
      const locks = locksOn(context, to.key, 'ACCESS EXCLUSIVE')
      const options = optionActions(`ALTER VIEW ${qualified(to.name)}`, from, to)
      return [...options.map((action) => ({ ...action, locks })), ...alterDefaults(from, to, context)]
    }
    if (!startsWith(to.columns, from.columns)) return 'replace'
    const hazards = staleReaders(to, context)
    const replaced = { ...replaceView(from, to, context), ...(hazards.length > 0 ? { hazards } : {}) }
    return [replaced, ...alterDefaults(from, to, context)]
  },
}

/** The view as it is in `to`, over one that is there; also what binds it to relations that were swapped under it. */
export function replaceView(from: View, to: View, context: DiffContext): Action {
  const back = startsWith(from.columns, to.columns)
    ? [orReplace(from)]
    : [dropView(to), createView(from), ...defaultSql(undefined, from)]
  return {
    sql: orReplace(to),
    makes: [to.key],
    locks: [...locksOn(context, to.key, 'ACCESS EXCLUSIVE'), ...sourceLocks(to.key, context)],
    reverse: { sql: back },
  }
}

export function startsWith(columns: readonly ViewColumn[], first: readonly ViewColumn[]): boolean {
  return first.every(({ name, type }, i) => columns[i]?.name === name && columns[i]?.type === type)
}

export function sameColumns(a: readonly ViewColumn[], b: readonly ViewColumn[]): boolean {
  return a.length === b.length && startsWith(a, b)
}

/** OR REPLACE leaves those that are there. */
function alterDefaults(from: View, to: View, context: DiffContext): readonly Action[] {
  // With the view as it was its defaults come back.
  const back = startsWith(from.columns, to.columns) ? defaultSql(to, from) : []
  return defaultSql(from, to).map((sql, i) => ({
    sql,
    makes: [to.key],
    locks: locksOn(context, to.key, 'ACCESS EXCLUSIVE'),
    reverse: { sql: i === 0 ? back : [] },
  }))
}

function defaultSql(from: View | undefined, to: View): readonly string[] {
  return to.columns.flatMap(({ name, default: value }) => {
    const before = from?.columns.find((column) => column.name === name)?.default
    if (before === value) return []
    const what = value === undefined ? 'DROP DEFAULT' : `SET DEFAULT ${value}`
    return [`ALTER VIEW ${qualified(to.name)} ALTER COLUMN ${ident(name)} ${what}`]
  })
}

/** Its columns without its query, for what has to be there before that can be. */
function placeholder({ columns }: View): string {
  return `SELECT ${columns.map(({ name, type }) => `NULL::${type} AS ${ident(name)}`).join(', ')}`
}

function createView({ name, query, options }: View): string {
  const given = Object.keys(options).length > 0 ? ` WITH ${optionList(options)}` : ''
  return `CREATE VIEW ${qualified(name)}${given} AS\n${withoutSemicolon(query)}`
}

function orReplace(view: View): string {
  return createView(view).replace('CREATE VIEW', 'CREATE OR REPLACE VIEW')
}

function dropView({ name }: View): string {
  return `DROP VIEW ${qualified(name)}`
}

/** A materialized view keeps the rows that the earlier query gave it. */
function staleReaders(view: View, context: DiffContext): readonly ActionHazard[] {
  const readers = readersOf(view.key, context).filter((key) => {
    const object = context.from.objects.get(key)
    return kindIn(key) === 'matview' && object?.kind === 'matview' && object.populated && !context.isGone(key)
  })
  return readers.map((key) =>
    planHazard('matview-stale', { other: labelOf(view), name: labelOf(context.from.objects.get(key)!) }),
  )
}
