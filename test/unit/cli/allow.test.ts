import { expect, test } from 'vitest'
import { allowFlag, allowWord, isAllowed, parseAllow } from '../../../src/cli/allow.ts'
import { lintSql } from '../../../src/lint/index.ts'

const find = async (sql: string) => lintSql(sql, { file: 'x.sql', major: 18 })

test('each finding of lint is allowed by the word that is printed for it, and by no other object', async () => {
  const findings = await find(`alter table t drop column "Old", drop column b;
    drop table warehouse.facts; drop schema s; create index on t (id)`)
  const words = findings.map(allowWord)
  expect(words).toEqual([
    'drop-column:public.t."Old"',
    'drop-column:public.t.b',
    'drop-table:warehouse.facts',
    'drop-schema:s',
    'index-blocks-writes:public.t',
  ])
  for (const [i, word] of words.entries()) {
    const allow = await parseAllow(word)
    expect(findings.map((finding) => isAllowed(finding, allow))).toEqual(words.map((_, j) => i === j))
  }
  const all = /^--allow '(.*)'$/.exec(allowFlag(findings))![1]
  expect(
    findings.every(
      (
        (allow) => (one) =>
          isAllowed(one, allow)
      )(await parseAllow(all)),
    ),
  ).toBe(true)
})

test('rules and kinds are allowed for every object; public may be left out', async () => {
  const [first, second] = await find('alter table t drop column a, drop column b')
  for (const word of ['drop', 'drop-column'])
    expect(
      [first!, second!].map(
        (
          (allow) => (one) =>
            isAllowed(one, allow)
        )(await parseAllow(word)),
      ),
    ).toEqual([true, true])
  expect(isAllowed(first!, await parseAllow('drop-column:T.A'))).toBe(true)
  expect(isAllowed(second!, await parseAllow('drop-column:t.a'))).toBe(false)
})

test('words that name nothing are refused', async () => {
  await expect(parseAllow('drop-colum:public.t.a')).rejects.toThrow('no rule "drop-colum"')
  await expect(parseAllow('drop-column:')).rejects.toThrow('no name')
  await expect(parseAllow('drop-column:a b')).rejects.toThrow('no name')
})
