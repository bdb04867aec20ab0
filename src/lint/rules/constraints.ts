import { displayName, plainIdent, plainName } from '../../kernel/index.ts'
import { relationName } from '../../sql/index.ts'
import { madeName } from '../names.ts'
import { type AlterContext, alterRule, type Hit, rule } from '../rule.ts'
import {
  type ConstraintNode,
  columnOf,
  columnsIn,
  commandsOf,
  constraintOf,
  constraintsOf,
  nameOf,
  strings,
} from '../tree.ts'
import { type KnownTable, leavesOf } from '../world.ts'

export const CONSTRAINT_RULES = [
  alterRule('AT_AddConstraint', (cmd, context) => {
    const constraint = constraintOf(cmd)
    return constraint === undefined ? [] : added(constraint, context)
  }),

  // A constraint that comes with its column. A foreign key on a column of nulls reads nothing.
  alterRule('AT_AddColumn', (cmd, context) => {
    const column = columnOf(cmd)
    if (column === undefined) return []
    const constraints = constraintsOf(column)
    const hasDefault = constraints.some((c) => c.contype === 'CONSTR_DEFAULT')
    return constraints.flatMap((constraint) => {
      if (constraint.contype === 'CONSTR_FOREIGN' && !hasDefault) return []
      return inline(constraint, column.colname ?? '', context)
    })
  }),

  alterRule('AT_SetNotNull', (cmd, { table, major }) => {
    const column = cmd.name ?? ''
    if (provenNotNull(table, column)) return []
    return [notNullHit(table, column, major)]
  }),

  alterRule('AT_DropNotNull', (cmd, { table }) => [
    { rule: 'drop-not-null', facts: { table: plainName(table.name), column: plainIdent(cmd.name ?? '') } },
  ]),

  alterRule('AT_ValidateConstraint', (cmd, context) => {
    const { table, statement, before } = context
    const same = before.filter(({ transaction }) => transaction === statement.transaction)
    const here = same.some(({ node }) => addsUnchecked(node, table, cmd.name ?? ''))
    const facts = { table: plainName(table.name), constraint: plainIdent(cmd.name ?? '') }
    return here ? [{ rule: 'validate-with-add', facts, table }] : []
  }),

  rule('AlterDomainStmt', (alter, { statement }) => {
    const constraint = alter.def !== undefined && 'Constraint' in alter.def ? alter.def.Constraint : undefined
    const adds = alter.subtype === 'C' && constraint?.skip_validation !== true
    if (!adds && alter.subtype !== 'O') return []
    const name = plainName(nameOf(alter.typeName))
    const sql =
      alter.subtype === 'O' || constraint?.contype === 'CONSTR_NOTNULL'
        ? `ALTER DOMAIN ${name} ADD CONSTRAINT ${plainIdent(madeName(nameOf(alter.typeName).name, 'not_null'))} CHECK (VALUE IS NOT NULL) NOT VALID;`
        : `${statement.sql} NOT VALID;`
    return [{ rule: 'domain-constraint-scans', facts: { name, sql } }]
  }),

  rule('CreateDomainStmt', (create) => {
    const rules = (create.constraints ?? []).some(
      (c) => 'Constraint' in c && ['CONSTR_CHECK', 'CONSTR_NOTNULL'].includes(c.Constraint.contype ?? ''),
    )
    return rules
      ? [{ rule: 'domain-with-constraint', facts: { name: plainName(nameOf(create.domainname)) } }]
      : []
  }),
]

export function provenNotNull(table: KnownTable, column: string): boolean {
  if (table.columns.get(column)?.notNull === true) return true
  return [...table.checks.values()].some((check) => check.valid && check.notNull.includes(column))
}

function notNullHit(table: KnownTable, column: string, major: number): Hit {
  const suffix = major >= 18 ? 'not_null' : 'check'
  const facts = {
    table: plainName(table.name),
    column: plainIdent(column),
    constraint: plainIdent(madeName(`${table.name.name}_${column}`, suffix)),
  }
  return { rule: 'not-null-scans', facts, table, variant: major >= 18 ? '18' : undefined }
}

function added(constraint: ConstraintNode, context: AlterContext): readonly Hit[] {
  const { table, major, only } = context
  const unchecked = constraint.skip_validation === true
  switch (constraint.contype) {
    case 'CONSTR_FOREIGN':
      return foreignKey(constraint, context)
    case 'CONSTR_CHECK':
      return unchecked
        ? []
        : [
            {
              rule: 'check-scans',
              facts: { table: plainName(table.name), sql: notValid(constraint, context) },
              table,
            },
          ]
    case 'CONSTR_NOTNULL':
      return unchecked
        ? []
        : strings(constraint.keys)
            .filter((key) => !provenNotNull(table, key))
            .map((key) => notNullHit(table, key, major))
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE':
      if (constraint.indexname) return usingIndex(constraint, context)
      return only && table.partitioned ? [] : [buildsIndex(constraint, strings(constraint.keys), context)]
    case 'CONSTR_EXCLUSION':
      return [{ rule: 'exclusion-constraint', facts: { table: plainName(table.name) }, table }]
    default:
      return []
  }
}

function inline(constraint: ConstraintNode, column: string, context: AlterContext): readonly Hit[] {
  const { table } = context
  const facts = { table: plainName(table.name) }
  const c = plainIdent(column)
  switch (constraint.contype) {
    case 'CONSTR_CHECK': {
      const name = plainIdent(constraint.conname ?? madeName(`${table.name.name}_${column}`, 'check'))
      const sql = `-- the column without its CHECK; then:
ALTER TABLE ${facts.table} ADD CONSTRAINT ${name} CHECK (…) NOT VALID;
-- in the next migration:
ALTER TABLE ${facts.table} VALIDATE CONSTRAINT ${name};`
      return [{ rule: 'check-scans', facts: { ...facts, sql }, table }]
    }
    case 'CONSTR_FOREIGN': {
      const other = plainName(relationName(constraint.pktable))
      const name = plainIdent(constraint.conname ?? madeName(`${table.name.name}_${column}`, 'fkey'))
      const sql = `-- the column without REFERENCES; then:
ALTER TABLE ${facts.table} ADD CONSTRAINT ${name} FOREIGN KEY (${c}) REFERENCES ${other} NOT VALID;
-- in the next migration:
ALTER TABLE ${facts.table} VALIDATE CONSTRAINT ${name};`
      return [{ rule: 'foreign-key-scans', facts: { ...facts, other, sql }, table }]
    }
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE':
      return [buildsIndex(constraint, [column], context)]
    default:
      return []
  }
}

function foreignKey(constraint: ConstraintNode, context: AlterContext): readonly Hit[] {
  const { table, major } = context
  const unchecked = constraint.skip_validation === true
  const old = table.partitioned && major < 18
  if (unchecked && !old) return []
  const sql = old ? leafKeys(constraint, context) : notValid(constraint, context)
  const facts = { table: plainName(table.name), other: plainName(relationName(constraint.pktable)), sql }
  if (unchecked) return [{ rule: 'foreign-key-scans', facts, variant: 'refused' }]
  return [{ rule: 'foreign-key-scans', facts, table, variant: old ? 'partitioned' : undefined }]
}

/** The statement with NOT VALID, and what has to come after it. */
function notValid(constraint: ConstraintNode, { table, statement, single }: AlterContext): string {
  const first = constraint.contype === 'CONSTR_CHECK' ? columnsIn(constraint.raw_expr)[0] : undefined
  const of = first ?? strings(constraint.fk_attrs)[0]
  const suffix = constraint.contype === 'CONSTR_CHECK' ? 'check' : 'fkey'
  const base = of === undefined ? table.name.name : `${table.name.name}_${of}`
  const made = plainIdent(constraint.conname ?? madeName(base, suffix))
  const name = plainName(table.name)
  const add = single
    ? `${statement.sql} NOT VALID;`
    : `ALTER TABLE ${name} ADD CONSTRAINT ${made} … NOT VALID;`
  return `${add}\n-- in the next migration:\nALTER TABLE ${name} VALIDATE CONSTRAINT ${made};`
}

/** Before PostgreSQL 18: a key for each partition, which the parent's key then takes over. */
function leafKeys(constraint: ConstraintNode, { table, statement }: AlterContext): string {
  const name = plainIdent(
    constraint.conname ?? madeName(`${table.name.name}_${strings(constraint.fk_attrs)[0] ?? ''}`, 'fkey'),
  )
  const keys = strings(constraint.fk_attrs).map(plainIdent).join(', ')
  const target = strings(constraint.pk_attrs).map(plainIdent).join(', ')
  const other = plainName(relationName(constraint.pktable))
  const references = `FOREIGN KEY (${keys}) REFERENCES ${other}${target ? ` (${target})` : ''}`
  const leaves = leavesOf(table).filter((leaf) => leaf !== table)
  const names = leaves.length > 0 && leaves.length <= 6 ? leaves.map((leaf) => plainName(leaf.name)) : ['…']
  return [
    ...(names[0] === '…' ? ['-- for each partition:'] : []),
    ...names.map((leaf) => `ALTER TABLE ${leaf} ADD CONSTRAINT ${name} ${references} NOT VALID;`),
    '-- in the next migration:',
    ...names.map((leaf) => `ALTER TABLE ${leaf} VALIDATE CONSTRAINT ${name};`),
    '-- in the one after it; the key of the parent takes over those of the partitions:',
    `${statement.sql.replace(/\s+not\s+valid\s*$/i, '')};`,
  ].join('\n')
}

function buildsIndex(constraint: ConstraintNode, keys: readonly string[], { table }: AlterContext): Hit {
  const primary = constraint.contype === 'CONSTR_PRIMARY'
  const kind = primary ? 'PRIMARY KEY' : 'UNIQUE'
  const base = primary ? table.name.name : [table.name.name, ...keys].join('_')
  const suffix = primary ? 'pkey' : 'key'
  const name = plainIdent(constraint.conname ?? madeName(base, suffix))
  const columns = keys.map(plainIdent).join(', ')
  const including = strings(constraint.including).map(plainIdent).join(', ')
  const rest = `(${columns})${including ? ` INCLUDE (${including})` : ''}${constraint.nulls_not_distinct ? ' NULLS NOT DISTINCT' : ''}`
  const build = (on: string, index: string) => [
    `CREATE UNIQUE INDEX CONCURRENTLY ${index} ON ${on} ${rest};`,
    `ALTER TABLE ${on} ADD CONSTRAINT ${index} ${kind} USING INDEX ${index};`,
  ]
  const parent = plainName(table.name)
  const attach = (leaf: string, index: string) => [
    ...build(leaf, index),
    `ALTER INDEX ${plainName({ ...table.name, name: constraint.conname ?? madeName(base, suffix) })} ATTACH PARTITION ${index};`,
  ]
  const leaves = leavesOf(table).filter((leaf) => leaf !== table)
  const sql = table.partitioned
    ? [
        `ALTER TABLE ONLY ${parent} ADD CONSTRAINT ${name} ${kind} ${rest};`,
        ...(leaves.length === 0 || leaves.length > 4
          ? ['-- for each partition:', ...attach('…', `…_${suffix}`)]
          : leaves.flatMap((leaf) =>
              attach(
                plainName(leaf.name),
                plainIdent(madeName(leaf.name.name, primary ? suffix : `${keys.join('_')}_key`)),
              ),
            )),
      ]
    : build(parent, name)
  return {
    rule: 'unique-builds-index',
    facts: { table: parent, kind, sql: sql.join('\n') },
    table,
    variant: table.partitioned ? 'partitioned' : undefined,
  }
}

/** Nothing is built; but a primary key makes its columns NOT NULL. */
function usingIndex(constraint: ConstraintNode, { table, statement, major }: AlterContext): readonly Hit[] {
  if (constraint.contype !== 'CONSTR_PRIMARY') return []
  const index = table.indexes.get(
    displayName({ schema: table.name.schema, name: constraint.indexname ?? '' }),
  )
  const nullable = (index?.columns ?? []).filter(
    (column) => table.columns.has(column) && !provenNotNull(table, column),
  )
  return nullable.map((column): Hit => {
    const name = plainName(table.name)
    const check = plainIdent(madeName(`${table.name.name}_${column}`, major >= 18 ? 'not_null' : 'check'))
    const c = plainIdent(column)
    const proof = major >= 18 ? `NOT NULL ${c}` : `CHECK (${c} IS NOT NULL)`
    const sql = `ALTER TABLE ${name} ADD CONSTRAINT ${check} ${proof} NOT VALID;
-- in the next migration:
ALTER TABLE ${name} VALIDATE CONSTRAINT ${check};
-- in the one after it:
${statement.sql};`
    return { rule: 'primary-key-nullable', facts: { table: name, column: c, sql }, table }
  })
}

function addsUnchecked(node: AlterContext['statement']['node'], table: KnownTable, name: string): boolean {
  if (!('AlterTableStmt' in node)) return false
  if (displayName(relationName(node.AlterTableStmt.relation)) !== displayName(table.name)) return false
  return commandsOf(node.AlterTableStmt).some((cmd) => {
    const constraint = constraintOf(cmd)
    return constraint?.skip_validation === true && constraint.conname === name
  })
}
