import { ident, literal, qualified } from '../../kernel/index.ts'
import { type MatView, nameIn, type ObjectKey, type View } from '../../model/index.ts'
import type { Action, DiffContext } from '../rule.ts'

/** The relation in SQL; for one that has a name of its own beside its key (a partition's index) that name. */
export function nameFor(key: ObjectKey, { from, to }: DiffContext): string {
  const object = to.objects.get(key) ?? from.objects.get(key)
  return object !== undefined && 'name' in object && typeof object.name === 'object'
    ? qualified(object.name)
    : nameIn(key)
}

/** `SELECT 1;` of pg_get_ruledef and the like without what ends it. */
export function withoutSemicolon(sql: string): string {
  return sql.replace(/\s*;\s*$/, '')
}

/** Storage parameters and options of views: (fillfactor='70', "toast"."autovacuum_enabled"='off'). */
export function optionList(options: Readonly<Record<string, string>>): string {
  const entries = Object.entries(options).map(([name, value]) => `${optionName(name)}=${optionValue(value)}`)
  return `(${entries.join(', ')})`
}

function optionNames(names: readonly string[]): string {
  return `(${names.map(optionName).join(', ')})`
}

function optionName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : ident(...name.split('.'))
}

function optionValue(value: string): string {
  return /^[a-z_][a-z0-9_]*$|^-?\d+(\.\d+)?$/i.test(value) ? value : literal(value).trim()
}

/** What leads from one set of options to another. */
function optionChange(
  from: Readonly<Record<string, string>>,
  to: Readonly<Record<string, string>>,
): { readonly set: Readonly<Record<string, string>>; readonly reset: readonly string[] } {
  const set = Object.fromEntries(Object.entries(to).filter(([name, value]) => from[name] !== value))
  return { set, reset: Object.keys(from).filter((name) => !(name in to)) }
}

/** `ALTER VIEW v SET (…)` and `… RESET (…)`, as many of them as it takes. */
export function optionActions(alter: string, from: View | MatView, to: View | MatView): readonly Action[] {
  const back = optionStatements(alter, to.options, from.options)
  return optionStatements(alter, from.options, to.options).map((sql, i) => ({
    sql,
    makes: [to.key],
    reverse: { sql: i === 0 ? back : [] },
  }))
}

function optionStatements(
  alter: string,
  from: Readonly<Record<string, string>>,
  to: Readonly<Record<string, string>>,
): readonly string[] {
  const { set, reset } = optionChange(from, to)
  return [
    ...(Object.keys(set).length > 0 ? [`${alter} SET ${optionList(set)}`] : []),
    ...(reset.length > 0 ? [`${alter} RESET ${optionNames(reset)}`] : []),
  ]
}
