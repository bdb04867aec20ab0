import { qualified } from '../../kernel/index.ts'
import type { Statistics } from '../../model/index.ts'
import { locksOn } from '../label.ts'
import type { Rule } from '../rule.ts'
import { withoutSemicolon } from './about.ts'

export const statisticsRule: Rule<Statistics> = {
  create(statistics, context) {
    const locks = locksOn(context, statistics.table, 'SHARE UPDATE EXCLUSIVE')
    const made = {
      sql: withoutSemicolon(statistics.definition),
      makes: [statistics.key],
      locks,
      reverse: { sql: [dropStatistics(statistics)] },
    }
    if (statistics.target === undefined) return [made]
    return [made, { sql: setTarget(statistics), makes: [statistics.key], reverse: { sql: [] } }]
  },

  drop(statistics, context) {
    const target = statistics.target === undefined ? [] : [setTarget(statistics)]
    return [
      {
        sql: dropStatistics(statistics),
        drops: [statistics.key],
        locks: locksOn(context, statistics.table, 'SHARE UPDATE EXCLUSIVE'),
        reverse: { sql: [withoutSemicolon(statistics.definition), ...target] },
      },
    ]
  },

  alter(from, to) {
    if (from.definition !== to.definition || from.table !== to.table) return 'replace'
    if (from.target === to.target) return []
    return [{ sql: setTarget(to), makes: [to.key], reverse: { sql: [setTarget(from)] } }]
  },
}

function dropStatistics({ name }: Statistics): string {
  return `DROP STATISTICS ${qualified(name)}`
}

function setTarget({ name, target }: Statistics): string {
  return `ALTER STATISTICS ${qualified(name)} SET STATISTICS ${target ?? -1}`
}
