import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { skipBlank, splitStatements } from '../../../src/cli/sql-prompt/statements.ts'

describe('splitting typed SQL at its semicolons', () => {
  it.each([
    ["select 'a;b'", 'strings'],
    ["select 'it''s;'", 'doubled quotes'],
    ["select E'\\';'", 'escapes'],
    ['select 1 as "a;b"', 'names'],
    ['do $$ begin; end; $$', 'dollar quotes'],
    ['do $x$ $$; $x$', 'tagged dollar quotes'],
    ['select 1 /* a; /* b; */ c; */ + 1', 'nested comments'],
    ['select 1 -- a;\n + 1', 'line comments'],
    ['create rule r as on insert to t do also (delete from a; delete from b)', 'brackets'],
  ])('leaves %s whole (%s)', (statement) => {
    expect(splitStatements(`${statement}; next`)).toEqual({ statements: [statement], rest: ' next' })
  })

  it.each(["select 'a", 'select "a', 'do $$ begin', 'select /* a', 'select (1', 'select 1'])(
    'waits for the rest of %s',
    (text) => expect(splitStatements(text)).toEqual({ statements: [], rest: text }),
  )

  it('does not take $1 or a name with a dollar for a quote', () => {
    expect(splitStatements('select $1; select a$b$;').statements).toEqual(['select $1', 'select a$b$'])
  })

  it('ignores empty statements and trailing comments', () => {
    expect(splitStatements(';; select 1; -- done\n')).toEqual({ statements: ['select 1'], rest: '' })
  })

  it('loses nothing: typed line by line or at once, the statements are the same', () => {
    const pieces = ['select 1', "'a;\n'", ';', '\n', '$$', '(', ')', '--x', '/*', '*/', '"', ' ']
    // A line of nothing but comments is not kept for the statement that follows it.
    const bare = (statement: string) => statement.slice(skipBlank(statement))
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (typing) => {
        const text = `${typing.join('')}\n`
        const typed: string[] = []
        let rest = ''
        for (const line of text.split('\n').slice(0, -1)) {
          const split = splitStatements(rest === '' ? line : `${rest}\n${line}`)
          typed.push(...split.statements)
          rest = split.rest
        }
        expect(typed.map(bare)).toEqual(splitStatements(text).statements.map(bare))
      }),
      {
        numRuns: 2000,
        examples: [[['--x', "'a;\n'", "'a;\n'"]], [['/*', '/*', '*/', '\n', ';']]],
      },
    )
  })
})
