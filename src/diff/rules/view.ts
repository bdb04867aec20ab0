import { ident, qualified } from '../../kernel/index.ts'
import { kindIn, labelOf, type View, type ViewColumn } from '../../model/index.ts'
import { type ActionHazard, planHazard } from '../hazards.ts'
import type { Action, DiffContext, Rule } from '../rule.ts'
import { lockOn, optionList, optionStatements, withoutSemicolon } from './about.ts'
import { readersOf, sourceLocks } from './sources.ts'

export const viewRule: Rule<View> = {
  create(view, context) {
    const made = { makes: [view.key], reverse: { sql: [dropView(view)] } }
    const locks = sourceLocks(view.key, context)
    if (!context.isDeferred(view.key)) return [{ ...made, sql: createView(view), locks }]
    const needs = [...(context.to.needs.get(view.key) ?? [])]
    return [
      { ...made, sql: createView({ ...view, query: placeholder(view) }) },
      { sql: orReplace(view), needs, locks, reverse: { sql: [] } },
    ]
  },

  drop(view, context) {
    const lasting = !context.to.objects.has(view.key)
    return [
      {
        sql: dropView(view),
        drops: [view.key],
        // Also of one that is made anew, which counts as new: the old one is in use.
        locks: [{ relation: labelOf(view), mode: 'ACCESS EXCLUSIVE' }],
        reverse: { sql: [createView(view)] },
        ...(lasting ? { hazards: [dropHazard(view)] } : {}),
      },
    ]
  },

  /** OR REPLACE appends columns and nothing else; it takes the options from the new definition. */
  alter(from, to, context) {
    if (from.query === to.query && sameColumns(from.columns, to.columns))
      return alterOptions(from, to, context)
    if (!startsWith(to.columns, from.columns)) return 'replace'
    const hazards = staleReaders(to, context)
    return [{ ...replaceView(from, to, context), ...(hazards.length > 0 ? { hazards } : {}) }]
  },
}

/** The view as it is in `to`, over one that is there; also what binds it to relations that were swapped under it. */
export function replaceView(from: View, to: View, context: DiffContext): Action {
  const back = startsWith(from.columns, to.columns) ? [orReplace(from)] : [dropView(to), createView(from)]
  return {
    sql: orReplace(to),
    makes: [to.key],
    locks: [...lockOn(to.key, 'ACCESS EXCLUSIVE', context), ...sourceLocks(to.key, context)],
    reverse: { sql: back },
  }
}

export function startsWith(columns: readonly ViewColumn[], first: readonly ViewColumn[]): boolean {
  return first.every(({ name, type }, i) => columns[i]?.name === name && columns[i]?.type === type)
}

export function sameColumns(a: readonly ViewColumn[], b: readonly ViewColumn[]): boolean {
  return a.length === b.length && startsWith(a, b)
}

function alterOptions(from: View, to: View, context: DiffContext): readonly Action[] {
  const alter = `ALTER VIEW ${qualified(to.name)}`
  const back = optionStatements(alter, to.options, from.options)
  return optionStatements(alter, from.options, to.options).map((sql, i) => ({
    sql,
    makes: [to.key],
    locks: lockOn(to.key, 'ACCESS EXCLUSIVE', context),
    reverse: { sql: i === 0 ? back : [] },
  }))
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

function dropHazard(view: View): ActionHazard {
  return planHazard('drop-view', { name: labelOf(view) })
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
