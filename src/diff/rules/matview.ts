import { ident, qualified } from '../../kernel/index.ts'
import { labelOf, type MatView } from '../../model/index.ts'
import { type ActionHazard, planHazard } from '../hazards.ts'
import { locksOn } from '../label.ts'
import type { Action, DiffContext, Rule } from '../rule.ts'
import { optionActions } from './about.ts'
import { rebuildActions } from './matview-rebuild.ts'
import { rebuildsOf } from './matview-set.ts'
import { columnSettings, createMatView, dropMatView, sizeOf, willBePopulated } from './matview-sql.ts'
import { sourceLocks } from './sources.ts'

export const matviewRule: Rule<MatView> = {
  create(view, context) {
    const populated = willBePopulated(view.key, context)
    return [
      {
        sql: createMatView(view, { populated }),
        makes: [view.key],
        ...(populated ? { runs: 'alone' as const, scans: true } : {}),
        locks: sourceLocks(view.key, context),
        reverse: { sql: [dropMatView(view.name)] },
      },
      ...columnSettings(undefined, view).map((sql): Action => ({ sql, reverse: { sql: [] } })),
    ]
  },

  drop(view, context) {
    return [
      {
        sql: dropMatView(view.name),
        drops: [view.key],
        // Also of one that is made anew, which counts as new: the old one is in use.
        locks: [{ relation: labelOf(view), mode: 'ACCESS EXCLUSIVE' }],
        hazards: [context.to.objects.has(view.key) ? missing(view, context) : dropHazard(view)],
        reverse: { sql: [createMatView(view, { populated: view.populated })] },
      },
    ]
  },

  /** Another query, access method or tablespace is built beside, so that readers never wait for the rows. */
  alter(from, to, context) {
    const rebuilds = rebuildsOf(context)
    if (rebuilds.impossible.has(to.key)) return 'replace'
    const group = rebuilds.groups.get(to.key)
    if (group !== undefined) return rebuildActions(group, context)
    if (rebuilds.all.has(to.key)) return []
    const alter = `ALTER MATERIALIZED VIEW ${qualified(to.name)}`
    const locks = locksOn(context, to.key, 'SHARE UPDATE EXCLUSIVE')
    return [
      ...tablespaceActions(from, to, context),
      ...optionActions(alter, from, to).map((action) => ({ ...action, locks })),
      ...columnActions(from, to, context),
    ]
  },
}

function columnActions(from: MatView, to: MatView, context: DiffContext): readonly Action[] {
  return columnSettings(from, to).map((sql) => ({
    sql,
    makes: [to.key],
    locks: locksOn(
      context,
      to.key,
      / SET (STORAGE|COMPRESSION) /.test(sql) ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE',
    ),
    reverse: { sql: columnSettings(to, from) },
  }))
}

/** Of one without rows: there is nothing to move. */
function tablespaceActions(from: MatView, to: MatView, context: DiffContext): readonly Action[] {
  if (from.tablespace === to.tablespace) return []
  return [
    {
      sql: moveTo(to),
      makes: [to.key],
      locks: locksOn(context, to.key, 'ACCESS EXCLUSIVE'),
      reverse: { sql: [moveTo(from)] },
    },
  ]
}

function moveTo({ name, tablespace }: MatView): string {
  return `ALTER MATERIALIZED VIEW ${qualified(name)} SET TABLESPACE ${tablespace === undefined ? 'pg_default' : ident(tablespace)}`
}

/** Its rows come back, but not at once. */
function missing(view: MatView, context: DiffContext): ActionHazard {
  const name = labelOf(view)
  const again = willBePopulated(view.key, context) ? `made and filled again${sizeOf(view)}` : 'made again'
  return planHazard('drop-matview', { name, kind: again }, { variant: 'missing' })
}

function dropHazard(view: MatView): ActionHazard {
  return planHazard('drop-matview', { name: labelOf(view) })
}
