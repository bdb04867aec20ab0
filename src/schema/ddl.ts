import { collectDeclarations, type DeclaredSchema, invalid, type ReadOptions } from './declared.ts'
import { kitSql } from './kit.ts'
import { objectSteps } from './objects.ts'
import { inOrder, type Step } from './order.ts'
import { kitSteps } from './statements.ts'

/** As readDeclarations, and the SQL of every sqlObject() is read, too: all problems at once, SCHEMA_INVALID. */
export async function checkDeclarations(
  imports: Readonly<Record<string, unknown>>,
  options: ReadOptions,
): Promise<DeclaredSchema> {
  const { declared, problems } = collectDeclarations(imports, options)
  const objects = await objectSteps(declared)
  const all = [...problems, ...objects.problems]
  if (all.length > 0) throw invalid(all)
  return declared
}

/**
 * The complete DDL of the declarations, from nothing, in an order that runs on an empty database; each without a semicolon.
 * Nothing in it runs concurrently or outside of a transaction.
 */
export async function declarationsSql(declared: DeclaredSchema): Promise<readonly string[]> {
  const { steps: objects, problems } = await objectSteps(declared)
  if (problems.length > 0) throw invalid(problems)
  const kit = await kitSteps(await kitSql(declared.imports), declared)
  const isExtension = ({ label }: Step) => label.startsWith('extension ')
  const steps = [...objects.filter(isExtension), ...kit, ...objects.filter((step) => !isExtension(step))]
  return inOrder(steps).map(({ sql }) => sql)
}
