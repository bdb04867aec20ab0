import {
  classify,
  type FileStatement,
  groupsOfFile,
  type StatementGroup,
  splitStatements,
} from '../sql/index.ts'
import { groupsOfBlocks } from './blocks.ts'
import { invalid } from './files.ts'

/** A file's statements, checked, and the transactions that they make. */
export interface Script {
  readonly text: string
  readonly path: string
  /** Without BEGIN and COMMIT. */
  readonly statements: readonly FileStatement[]
  readonly groups: readonly StatementGroup<FileStatement>[]
  /** All of it is one transaction. */
  readonly transactional: boolean
}

/** Throws SQL_SYNTAX; MIGRATION_INVALID for what a migration may not hold. */
export async function readScript(text: string, path: string): Promise<Script> {
  const statements = await splitStatements(text, path)
  const classes = statements.map(({ node }) => classify(node))
  for (const [i, { line, node }] of statements.entries()) {
    const at = `${path}:${line}`
    if (classes[i] === 'client') {
      throw invalid(
        path,
        `${at} is a COPY that waits for data from a client`,
        'Write INSERT, or load it by a seed.',
      )
    }
    if (classes[i] === 'alone' && 'IndexStmt' in node && node.IndexStmt.idxname === undefined) {
      throw invalid(
        path,
        `${at} makes an index CONCURRENTLY without naming it`,
        'Name it: a run that was interrupted finds the unfinished index by its name.',
      )
    }
  }
  const groups = classes.includes('control')
    ? groupsOfBlocks(statements, { text, path })
    : groupsOfFile({ text, file: path }, statements)
  const transactional = groups.length <= 1 && groups[0]?.transaction !== false
  const inGroups = groups.flatMap((group) => group.statements)
  return Object.freeze({ text, path, statements: inGroups, groups, transactional })
}
