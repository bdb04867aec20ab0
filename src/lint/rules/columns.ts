import { plainIdent, plainName } from '../../kernel/index.ts'
import { relationName } from '../../sql/index.ts'
import { type TypeChange, typeChange, typeText } from '../column-type.ts'
import { madeName } from '../names.ts'
import { type AlterContext, alterRule, type Context, type Hit, rule, textFrom } from '../rule.ts'
import { type ColumnDef, type ConstraintNode, columnOf, constraintsOf, strings } from '../tree.ts'
import { volatileCall } from '../volatile.ts'

const SERIALS: Readonly<Record<string, string>> = {
  smallserial: 'smallint',
  serial2: 'smallint',
  serial: 'integer',
  serial4: 'integer',
  bigserial: 'bigint',
  serial8: 'bigint',
}

/** The type behind serial; undefined for every other type. */
export function serialBase(column: ColumnDef): string | undefined {
  return SERIALS[strings(column.typeName?.names).at(-1) ?? '']
}

export const COLUMN_RULES = [
  alterRule('AT_AddColumn', (cmd, context) => {
    const column = columnOf(cmd)
    return column === undefined ? [] : addedColumn(column, context)
  }),

  alterRule('AT_DropColumn', (cmd, { table }) => [
    { rule: 'drop-column', facts: { table: plainName(table.name), column: plainIdent(cmd.name ?? '') } },
  ]),

  alterRule('AT_AlterColumnType', (cmd, context) => {
    const { table } = context
    const column = cmd.name ?? ''
    const definition = columnOf(cmd)
    const next = typeText(definition?.typeName)
    const old = table.columns.get(column)?.type || undefined
    const change = old === undefined ? 'rewrite' : typeChange(old, next)
    const converts = definition?.raw_default !== undefined && !castOnly(definition.raw_default, column)
    if (change === 'free' && !converts) return []
    if (change === 'timezone' && inUtc(context) && !isIndexed(context, column)) return []
    const variant =
      old === undefined ? 'unknown' : change === 'timezone' && !converts ? 'timezone' : undefined
    const facts = typeFacts(context, { column, next, old, isOnline: !converts && isOnline(context, change) })
    return [{ rule: 'change-type', facts, table, variant }]
  }),

  rule('RenameStmt', ({ renameType, relationType, relation, subname, newname }, context) => {
    if (renameType !== 'OBJECT_COLUMN' || !RELATIONS.has(relationType ?? '')) return []
    const table = context.live(relationName(relation))
    if (table === undefined) return []
    const facts = {
      table: plainName(table.name),
      old: plainIdent(subname ?? ''),
      new: plainIdent(newname ?? ''),
    }
    return [{ rule: 'rename-column', facts }]
  }),
]

const RELATIONS = new Set(['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_MATVIEW', 'OBJECT_FOREIGN_TABLE'])

const ONLINE = `
-- or, where the table has no triggers: declare the type, and gigarow generate --online-types writes all of this`

interface TypeNames {
  readonly column: string
  readonly next: string
  readonly old: string | undefined
  readonly isOnline: boolean
}

/** As far as is known: whether `generate --online-types` is a way. */
function isOnline({ table }: AlterContext, change: TypeChange): boolean {
  return change !== 'timezone' && !table.partitioned && table.parent === undefined
}

function typeFacts({ table }: AlterContext, { column, next, old, isOnline }: TypeNames) {
  const name = plainName(table.name)
  const successor = plainIdent(madeName(column, 'new'))
  const c = plainIdent(column)
  const sql = `ALTER TABLE ${name} ADD COLUMN ${successor} ${next};
-- a trigger that sets ${successor} in new and changed rows; in later migrations, in batches:
UPDATE ${name} SET ${successor} = ${c}::${next} WHERE … BETWEEN … AND …;
-- then programs move to ${successor}, and ${c} can go${isOnline ? ONLINE : ''}`
  return { table: name, column: c, new: next, old: old ?? '', sql }
}

/** USING c::type says what happens without it. */
function castOnly(expression: NonNullable<ColumnDef['raw_default']>, column: string): boolean {
  const inner = 'TypeCast' in expression ? expression.TypeCast.arg : expression
  return inner !== undefined && 'ColumnRef' in inner && strings(inner.ColumnRef.fields).at(-1) === column
}

function inUtc({ before }: Context): boolean {
  return before.some(({ sql }) =>
    /^set\s+(local\s+|session\s+)?time\s?zone\s*(=|to)?\s*'(utc|gmt)'/i.test(sql),
  )
}

function isIndexed({ table }: AlterContext, column: string): boolean {
  return !table.known || [...table.indexes.values()].some((index) => index.columns.includes(column))
}

function addedColumn(column: ColumnDef, context: AlterContext): readonly Hit[] {
  const { table, world, major } = context
  const name = column.colname ?? ''
  const facts = { table: plainName(table.name), column: plainIdent(name) }
  const constraints = constraintsOf(column)
  const byType = (type: ConstraintNode['contype']) => constraints.find(({ contype }) => contype === type)
  const generated = byType('CONSTR_GENERATED')
  const standard = byType('CONSTR_DEFAULT')
  if (serialBase(column) !== undefined || byType('CONSTR_IDENTITY') !== undefined) {
    const sql = numbered(column, context)
    return [{ rule: 'add-serial-column', facts: { ...facts, sql }, table }]
  }
  if (generated !== undefined) {
    if (generated.generated_kind !== 's') return []
    const sql = `${context.statement.sql.replace(/\bstored\b/i, 'VIRTUAL')};`
    const variant = major >= 18 ? '18' : undefined
    return [{ rule: 'stored-generated-column', facts: { ...facts, sql }, table, variant }]
  }
  if (standard !== undefined && volatileCall(standard.raw_expr, world) !== undefined) {
    const sql = defaultAfterwards(column, standard, context)
    return [{ rule: 'volatile-default', facts: { ...facts, sql }, table }]
  }
  const required = byType('CONSTR_NOTNULL') ?? byType('CONSTR_PRIMARY')
  const isNull =
    standard?.raw_expr !== undefined &&
    'A_Const' in standard.raw_expr &&
    standard.raw_expr.A_Const.isnull === true
  if (required === undefined || (standard !== undefined && !isNull)) return []
  const sql = `ALTER TABLE ${facts.table} ADD COLUMN ${facts.column} ${typeText(column.typeName)} NOT NULL DEFAULT …;
-- or without NOT NULL, filled in batches, and NOT NULL afterwards (see not-null-scans)`
  return [{ rule: 'add-required-column', facts: { ...facts, sql } }]
}

function defaultAfterwards(column: ColumnDef, standard: ConstraintNode, context: AlterContext): string {
  const name = plainName(context.table.name)
  const c = plainIdent(column.colname ?? '')
  const next = constraintsOf(column)
    .map(({ location }) => location ?? 0)
    .filter((location) => location > (standard.location ?? 0))
  const end = next.length > 0 ? Math.min(...next) : undefined
  const value = context.single
    ? textFrom(context, standard.location, end).replace(/^(constraint\s+\S+\s+)?default\s+/i, '')
    : '…'
  return `ALTER TABLE ${name} ADD COLUMN ${c} ${typeText(column.typeName)};
ALTER TABLE ${name} ALTER COLUMN ${c} SET DEFAULT ${value};
-- in later migrations, in batches:
UPDATE ${name} SET ${c} = ${value} WHERE … BETWEEN … AND … AND ${c} IS NULL;`
}

function numbered(column: ColumnDef, { table }: AlterContext): string {
  const name = plainName(table.name)
  const c = plainIdent(column.colname ?? '')
  const sequence = plainName({
    schema: table.name.schema,
    name: madeName(`${table.name.name}_${column.colname}`, 'seq'),
  })
  const type = serialBase(column) ?? typeText(column.typeName)
  return `CREATE SEQUENCE ${sequence};
ALTER TABLE ${name} ADD COLUMN ${c} ${type};
ALTER TABLE ${name} ALTER COLUMN ${c} SET DEFAULT nextval('${sequence.replaceAll("'", "''")}');
ALTER SEQUENCE ${sequence} OWNED BY ${name}.${c};
-- in later migrations, in batches:
UPDATE ${name} SET ${c} = nextval('${sequence.replaceAll("'", "''")}') WHERE … BETWEEN … AND … AND ${c} IS NULL;`
}
