import { is, SQL } from 'drizzle-orm'
import { ident, type QualifiedName, qualified } from '../kernel/index.ts'
import { Extra, type KeyInput, type NamedColumn, sqlText } from './extras.ts'

/** ndistinct: how many combinations · dependencies: which column decides another · mcv: the most common combinations. */
export type StatisticsKind = 'ndistinct' | 'dependencies' | 'mcv'

export interface StatisticsSpec {
  readonly name: string
  /** As SQL: a quoted column, or an expression in brackets. */
  readonly parts: readonly string[]
  readonly expressions: number
  /** Empty: all of them. */
  readonly kinds: readonly StatisticsKind[]
  readonly target?: number
}

/** Extended statistics: `statistics('city_zip').on(t.city, t.zip).kinds('dependencies')` in a table's third argument. */
export class StatisticsDeclaration extends Extra {
  readonly spec: StatisticsSpec

  constructor(spec: StatisticsSpec) {
    super({ kind: 'statistics', spec: Object.freeze(spec) })
    this.spec = spec
  }

  kinds(...kinds: readonly [StatisticsKind, ...StatisticsKind[]]): StatisticsDeclaration {
    return new StatisticsDeclaration({ ...this.spec, kinds })
  }
  /** How much ANALYZE keeps: 0 to 10000. */
  target(target: number): StatisticsDeclaration {
    return new StatisticsDeclaration({ ...this.spec, target })
  }
}

export function statistics(name: string): {
  on(...columns: readonly [KeyInput, ...KeyInput[]]): StatisticsDeclaration
} {
  return {
    on: (...columns) =>
      new StatisticsDeclaration({
        name,
        parts: columns.map((c) => (is(c, SQL) ? `(${sqlText(c)})` : ident((c as NamedColumn).name))),
        expressions: columns.filter((c) => is(c, SQL)).length,
        kinds: [],
      }),
  }
}

export function createStatisticsSql(spec: StatisticsSpec, table: QualifiedName): readonly string[] {
  const name = ident(table.schema, spec.name)
  const kinds = spec.kinds.length > 0 ? ` (${spec.kinds.join(', ')})` : ''
  return [
    `CREATE STATISTICS ${name}${kinds} ON ${spec.parts.join(', ')} FROM ${qualified(table)}`,
    ...(spec.target === undefined ? [] : [`ALTER STATISTICS ${name} SET STATISTICS ${spec.target}`]),
  ]
}

export function statisticsProblems(label: string, spec: StatisticsSpec): readonly string[] {
  const { parts, expressions, kinds, target } = spec
  if (new Set(parts).size < parts.length) return [`${label}: a column stands in it twice. Remove one.`]
  if (parts.length === 1 && expressions === 0) {
    return [`${label}: one column has statistics anyway. Name two or more, or an expression.`]
  }
  if (parts.length === 1 && kinds.length > 0) {
    return [`${label}: kinds are of two columns or more, and it has one expression. Leave kinds out.`]
  }
  if (parts.length > 8) return [`${label}: PostgreSQL takes 8 columns at most, not ${parts.length}.`]
  return target !== undefined && !(Number.isInteger(target) && target >= 0 && target <= 10_000)
    ? [`${label}: its target is ${target}. Write a whole number from 0 to 10000.`]
    : []
}
