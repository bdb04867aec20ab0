import type { Plan } from '../../diff/index.ts'

/** A migration without statements; what the declarations have and the migrations have not stands in it as comments. */
export function customText(name: string, { statements, refusals }: Plan): string {
  const open = [
    ...refusals.map(({ reason, wayOut }) => `${reason}: ${wayOut}`),
    ...statements.map(({ sql }) => `${sql};`),
  ].flatMap((text) => text.split('\n').map((line) => `--   ${line}`))
  const gap = open.length === 0 ? [] : ['-- The declarations have what the migrations have not:', ...open]
  const head = [`-- ${name}`, '-- Your SQL here. Statements that can do so share a transaction.']
  return `${[...head, ...gap].join('\n')}\n`
}
