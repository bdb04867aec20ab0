import { ident, literal } from '../../kernel/index.ts'
import { type Column, nameIn, type ObjectKey, type Sequence } from '../../model/index.ts'
import { locksOn } from '../label.ts'
import { ownerAgain } from '../owners.ts'
import { locksOnPartitions } from '../partitions/locks.ts'
import type { Action, DiffContext } from '../rule.ts'
import { positionHazards } from './sequence-position.ts'
import { sequenceClause, sequenceParts } from './table-sql.ts'

/** What the default takes its numbers from, when the column owns it: serial. */
export function serialOf(column: Column, catalog: DiffContext['from']): Sequence | undefined {
  if (column.default === undefined || !/^nextval\(/.test(column.default)) return undefined
  for (const key of catalog.needs.get(column.key) ?? []) {
    const object = catalog.objects.get(key)
    if (object?.kind === 'sequence' && object.ownedBy === column.key) return object
  }
  return undefined
}

/** Numbers go on where they stood: from the serial's sequence, else behind the largest value. */
export function addIdentity(from: Column, to: Column, context: DiffContext): readonly Action[] {
  const { identity } = to
  if (identity === undefined) return []
  const locks = locksOnPartitions(context, to.table, 'ACCESS EXCLUSIVE')
  const serial = serialOf(from, context.from)
  const goes = serial !== undefined && !context.to.objects.has(serial.key) ? serial : undefined
  const add: Action = {
    sql: `${alter(to)} ADD GENERATED ${identity.always ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY${sequenceClause(identity.options)}`,
    locks,
    reverse: { sql: [`${alter(to)} DROP IDENTITY`] },
  }
  if (context.isNew(to.table)) return [add]
  const forward = !identity.options.increment.startsWith('-')
  const position =
    serial === undefined
      ? `SELECT ${forward ? 'max' : 'min'}(${ident(to.name)}) FROM ${nameIn(to.table)}`
      : `SELECT pg_sequence_last_value(${literal(goes ? aside(goes).name : nameIn(serial.key))}::regclass)`
  const carry: Action = {
    sql: `SELECT setval(${own(to)}, n) FROM (${position}) AS s (n) WHERE n IS NOT NULL`,
    locks: locksOn(context, to.table, 'ACCESS SHARE'),
    scans: serial === undefined,
    hazards: serial === undefined ? positionHazards(to, forward ? 'max' : 'min', context) : [],
    reverse: { sql: [] },
  }
  return goes === undefined ? [add, carry] : [...aside(goes).actions, add, carry, dropSerial(goes)]
}

/** The identity's own sequence wants its name, and pg_get_serial_sequence() shall find that one alone. */
function aside(serial: Sequence): { readonly name: string; readonly actions: readonly Action[] } {
  const old = `${serial.name.name.slice(0, 50)}__old`
  const { schema, name } = serial.name
  return {
    name: ident(schema, old),
    actions: [
      {
        sql: `ALTER SEQUENCE ${nameIn(serial.key)} RENAME TO ${ident(old)}`,
        reverse: { sql: [`ALTER SEQUENCE ${ident(schema, old)} RENAME TO ${ident(name)}`] },
      },
      {
        sql: `ALTER SEQUENCE ${ident(schema, old)} OWNED BY NONE`,
        reverse: { sql: [`ALTER SEQUENCE ${ident(schema, old)} OWNED BY ${nameIn(serial.ownedBy!)}`] },
      },
    ],
  }
}

function dropSerial(serial: Sequence): Action {
  return {
    sql: `DROP SEQUENCE ${aside(serial).name}`,
    drops: [serial.key],
    reverse: { none: 'compare the two states the other way round: the way back makes a new sequence' },
  }
}

/** DROP IDENTITY; a serial that takes its place gets its numbers and, if it wants it, the name of its sequence. */
export function dropIdentity(from: Column, to: Column, context: DiffContext): readonly Action[] {
  const drop: Action = {
    sql: `${alter(to)} DROP IDENTITY`,
    locks: locksOnPartitions(context, to.table, 'ACCESS EXCLUSIVE'),
    reverse: { none: 'compare the two states the other way round' },
  }
  const serial = serialOf(to, context.to)
  if (serial === undefined || context.from.objects.has(serial.key)) return [drop]
  return [...successor(from, serial, context), drop]
}

function successor(from: Column, serial: Sequence, context: DiffContext): readonly Action[] {
  const old = `${serial.name.name.slice(0, 50)}__old`
  const none = { none: 'compare the two states the other way round' }
  const free = [
    'DO $do$ BEGIN',
    `  IF to_regclass(${literal(nameIn(serial.key))}) IS NOT NULL THEN`,
    `    ALTER SEQUENCE ${nameIn(serial.key)} RENAME TO ${ident(old)};`,
    '  END IF;',
    'END $do$',
  ].join('\n')
  return [
    { sql: free, reverse: none },
    { sql: createSerial(serial), makes: [serial.key], reverse: none },
    ...ownerAgain(serial, context),
    {
      sql: `SELECT setval(${literal(nameIn(serial.key))}, n) FROM (SELECT pg_sequence_last_value(${own(from)}::regclass)) AS s (n) WHERE n IS NOT NULL`,
      reverse: { sql: [] },
    },
    {
      sql: `ALTER SEQUENCE ${nameIn(serial.key)} OWNED BY ${nameIn(from.key)}`,
      reverse: { sql: [] },
    },
  ]
}

function createSerial({ key, options, unlogged }: Sequence): string {
  const clause = sequenceClause(options).replace(/^ \((.*)\)$/, ' $1')
  return `CREATE ${unlogged ? 'UNLOGGED ' : ''}SEQUENCE ${nameIn(key)} AS ${options.type}${clause}`
}

export function alterIdentity(from: Column, to: Column, context: DiffContext): readonly Action[] {
  if (from.identity === undefined || to.identity === undefined) return []
  const always =
    from.identity.always === to.identity.always
      ? []
      : [`SET GENERATED ${to.identity.always ? 'ALWAYS' : 'BY DEFAULT'}`]
  const parts = sequenceParts(from.identity.options, to.identity.options).map((part) => `SET ${part}`)
  if (always.length + parts.length === 0) return []
  return [
    {
      sql: `${alter(to)} ${[...always, ...parts].join(' ')}`,
      locks: locksOnPartitions(context, to.table, 'ACCESS EXCLUSIVE'),
    },
  ]
}

const alter = ({ table, name }: Column): string => `ALTER TABLE ${nameIn(table)} ALTER COLUMN ${ident(name)}`

const own = ({ table, name }: { readonly table: ObjectKey; readonly name: string }): string =>
  `pg_get_serial_sequence(${literal(nameIn(table))}, ${literal(name)})`
