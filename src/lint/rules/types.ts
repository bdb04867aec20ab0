import { plainIdent } from '../../kernel/index.ts'
import type { HazardRule } from '../../model/index.ts'
import { typeText } from '../column-type.ts'
import { type Hit, rule } from '../rule.ts'
import { type ColumnDef, columnOf, commandsOf, constraintsOf, strings } from '../tree.ts'
import { serialBase } from './columns.ts'

/** Advice for columns that are made now, of new tables as well: later it costs a rewrite. */
export const TYPE_RULES = [
  rule('CreateStmt', ({ tableElts = [] }) => {
    const keys = tableElts.flatMap((element) =>
      'Constraint' in element && element.Constraint.contype === 'CONSTR_PRIMARY'
        ? [strings(element.Constraint.keys)]
        : [],
    )
    const single = keys.find((columns) => columns.length === 1)?.[0]
    return tableElts.flatMap((element) =>
      'ColumnDef' in element
        ? advice(element.ColumnDef, { isKey: element.ColumnDef.colname === single })
        : [],
    )
  }),

  rule('AlterTableStmt', (alter) =>
    commandsOf(alter).flatMap((cmd) => {
      const column = cmd.subtype === 'AT_AddColumn' ? columnOf(cmd) : undefined
      return column === undefined ? [] : advice(column, { isKey: false })
    }),
  ),
]

const SMALL = new Set(['integer', 'smallint'])

function advice(column: ColumnDef, { isKey }: { readonly isKey: boolean }): readonly Hit[] {
  const type = typeText(column.typeName)
  const serial = serialBase(column)
  const numbers = constraintsOf(column).some(({ contype }) => NUMBERING.has(contype ?? ''))
  const facts = { column: plainIdent(column.colname ?? ''), type }
  const rules: HazardRule[] = []
  if (/^character(\(|$)/.test(type)) rules.push('type-char')
  if (type.startsWith('character varying(')) rules.push('type-varchar')
  if (/^timestamp(\(\d\))? without/.test(type)) rules.push('type-timestamp')
  if (serial !== undefined) rules.push('type-serial')
  if (SMALL.has(serial ?? type)) rules.push(serial || numbers || isKey ? 'type-int' : 'type-small')
  if (type === 'json') rules.push('type-json')
  return rules.map((name) => ({ rule: name, facts }))
}

const NUMBERING = new Set(['CONSTR_IDENTITY', 'CONSTR_PRIMARY'])
