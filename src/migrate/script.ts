import { classify, type FileStatement, splitStatements } from '../sql/index.ts'
import { inBlocks } from './blocks.ts'
import { invalid } from './files.ts'

/** A file's steps (a statement, or what stands between BEGIN and COMMIT), checked, and whether one transaction takes them all. */
export interface Script {
  readonly text: string
  readonly path: string
  readonly statements: readonly FileStatement[]
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
  const stepwise = classes.some((found) => found === 'alone' || found === 'control')
  return Object.freeze({
    text,
    path,
    statements: inBlocks(statements, { text, path }),
    transactional: !stepwise,
  })
}
