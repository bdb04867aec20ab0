import { nameIn, type Sequence } from '../../model/index.ts'
import { planHazard } from '../hazards.ts'
import { labelOfKey } from '../label.ts'
import type { Lock } from '../plan.ts'
import type { Action, DiffContext, Rule } from '../rule.ts'
import { positionOfOwned } from './sequence-position.ts'
import { newSequenceParts, sequenceParts } from './table-sql.ts'

export const sequenceRule: Rule<Sequence> = {
  create: (sequence, context) => [
    { sql: createSql(sequence), makes: [sequence.key] },
    ...positionOfOwned(sequence, context),
    ...(sequence.ownedBy === undefined ? [] : [ownedBy(sequence)]),
  ],
  drop: (sequence, context) => [
    {
      sql: `DROP SEQUENCE ${nameIn(sequence.key)}`,
      locks: locks(sequence, context, 'ACCESS EXCLUSIVE'),
      hazards: [planHazard('drop-sequence', { name: labelOfKey(sequence.key) })],
    },
  ],
  alter: (from, to, context) => [
    ...alterOptions(from, to, context),
    ...(from.unlogged === to.unlogged
      ? []
      : [
          {
            sql: `ALTER SEQUENCE ${nameIn(to.key)} SET ${to.unlogged ? 'UNLOGGED' : 'LOGGED'}`,
            locks: locks(to, context, 'ACCESS EXCLUSIVE'),
          },
        ]),
    ...(from.ownedBy === to.ownedBy ? [] : [{ ...ownedBy(to), ...releases(from) }]),
  ],
}

function createSql(sequence: Sequence): string {
  const type = sequence.options.type === 'bigint' ? [] : [`AS ${sequence.options.type}`]
  return [
    `CREATE ${sequence.unlogged ? 'UNLOGGED ' : ''}SEQUENCE ${nameIn(sequence.key)}`,
    ...type,
    ...newSequenceParts(sequence.options),
  ].join(' ')
}

function ownedBy({ key, ownedBy: column }: Sequence): Action {
  const sql = `ALTER SEQUENCE ${nameIn(key)} OWNED BY ${column === undefined ? 'NONE' : nameIn(column)}`
  return column === undefined ? { sql } : { sql, needs: [column] }
}

const releases = ({ ownedBy: column }: Sequence): Pick<Action, 'releases'> =>
  column === undefined ? {} : { releases: [column] }

function alterOptions(from: Sequence, to: Sequence, context: DiffContext): readonly Action[] {
  const type = from.options.type === to.options.type ? [] : [`AS ${to.options.type}`]
  const parts = [...type, ...sequenceParts(from.options, to.options)]
  if (parts.length === 0) return []
  const sql = `ALTER SEQUENCE ${nameIn(to.key)} ${parts.join(' ')}`
  return [{ sql, locks: locks(to, context, 'SHARE ROW EXCLUSIVE') }]
}

function locks({ key }: Sequence, context: DiffContext, mode: Lock['mode']): readonly Lock[] {
  return context.isNew(key) ? [] : [{ relation: labelOfKey(key), mode }]
}
