import type { Plan } from '../../diff/index.ts'
import type { Proof } from '../../migrate/index.ts'
import type { Output } from '../output.ts'

export async function proofText(
  { colors }: Output,
  { statements }: Plan,
  { tables, empty }: Proof,
): Promise<string> {
  const { LOSES_NO_ROWS } = await import('../../model/index.ts')
  const without =
    empty.length === 0 ? '' : `; without rows, because made-up ones do not fit: ${empty.join(', ')}`
  const drops = statements.some(({ hazards }) =>
    hazards.some(({ severity, rule }) => severity === 'drop' && !LOSES_NO_ROWS.has(rule)),
  )
  const proved = `${colors.green('proved')} on a scratch database: it leads there`
  if (tables === 0) return proved
  const rows = drops ? 'no row is lost but what the plan drops' : 'no row is lost'
  return `${proved}, ${rows} (${counted(tables, 'table')}${without})`
}

export function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`
}
