import type { QualifiedName } from '../kernel/index.ts'
import type { HazardFacts, HazardRule } from '../model/index.ts'
import { relationName, type SqlNode } from '../sql/index.ts'
import { type AlterCmd, commandsOf, type Node, type NodeKind } from './tree.ts'
import type { KnownTable, World } from './world.ts'

/** One statement of a file, with what rules need of its surroundings. */
export interface Judged {
  readonly sql: string
  readonly node: SqlNode
  /** From 1. */
  readonly line: number
  /** Where it begins in the file, in bytes, as the parser counts. */
  readonly byte: number
  /** The number of the transaction that it runs in. */
  readonly transaction: number
  /** Between BEGIN and COMMIT of the file. */
  readonly inBlock: boolean
}

export interface Context {
  readonly world: World
  /** Version of the server, 14 to 18. */
  readonly major: number
  readonly statement: Judged
  /** The statements of the file before this one, and those after it. */
  readonly before: readonly Judged[]
  readonly after: readonly Judged[]
  /** A table that was there before this file, so that somebody may use it; undefined for one made by it. */
  live(name: QualifiedName): KnownTable | undefined
}

/** Something found. Its texts are the catalogue's. */
export interface Hit {
  readonly rule: HazardRule
  readonly facts: HazardFacts
  readonly variant?: string | undefined
  /** The table whose size decides how bad it is; left out where the size does not matter. */
  readonly table?: KnownTable | undefined
}

/** A look at one kind of node, or at every statement. */
export interface Rule {
  readonly on: NodeKind | '*'
  readonly check: (node: never, context: Context) => readonly Hit[]
}

export function rule<K extends NodeKind>(
  on: K,
  check: (node: Node<K>, context: Context) => readonly Hit[],
): Rule {
  return Object.freeze({ on, check })
}

export function everyStatement(check: (node: SqlNode, context: Context) => readonly Hit[]): Rule {
  return Object.freeze({ on: '*', check })
}

export interface AlterContext extends Context {
  readonly table: KnownTable
  /** ALTER TABLE ONLY. */
  readonly only: boolean
  /** It is the statement's only command, so that the statement's end is its own. */
  readonly single: boolean
}

/** A look at one command of ALTER TABLE on a table that is in use. */
export function alterRule(
  subtype: NonNullable<AlterCmd['subtype']>,
  check: (cmd: AlterCmd, context: AlterContext) => readonly Hit[],
): Rule {
  return rule('AlterTableStmt', (alter, context) => {
    const table = alter.objtype === 'OBJECT_TABLE' ? context.live(relationName(alter.relation)) : undefined
    if (table === undefined) return []
    const commands = commandsOf(alter)
    const own = { ...context, table, only: alter.relation?.inh !== true, single: commands.length === 1 }
    return commands.filter((cmd) => cmd.subtype === subtype).flatMap((cmd) => check(cmd, own))
  })
}

/** The statement's text from a place that the parser gave, to its end or to the next place. */
export function textFrom({ statement }: Context, location = 0, end?: number): string {
  const bytes = Buffer.from(statement.sql, 'utf8')
  return bytes.toString('utf8', location - statement.byte, end && end - statement.byte).trim()
}
