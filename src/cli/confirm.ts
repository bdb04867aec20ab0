import { createInterface } from 'node:readline/promises'
import { GigarowError } from '../kernel/index.ts'
import type { CommandContext } from './command.ts'

/** Asks on a terminal; --yes answers. Throws CONFIRMATION_NEEDED where nobody can be asked, or when the answer is no. */
export async function confirm(
  context: Pick<CommandContext, 'yes' | 'json'>,
  question: string,
): Promise<void> {
  if (context.yes) return
  if (context.json || !process.stdin.isTTY || !process.stderr.isTTY) throw needed(question)
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await prompt.question(`${question} [y/N] `)
    if (!/^y(es)?$/i.test(answer.trim()))
      throw new GigarowError('CONFIRMATION_NEEDED', 'Nothing was changed: the answer was no.')
  } finally {
    prompt.close()
  }
}

function needed(question: string): GigarowError {
  return new GigarowError('CONFIRMATION_NEEDED', `${question} Nobody is there to answer.`, {
    hint: 'Run the command again with --yes.',
  })
}
