import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { groupStatements, groupsOfFile, type Place, splitStatements } from '../../../src/sql/index.ts'

/** Each group on a line, what runs outside of a transaction in brackets. */
async function groupsOf(text: string): Promise<readonly string[]> {
  const groups = groupsOfFile({ text, file: 'a.sql' }, await splitStatements(text))
  return groups.map(({ transaction, statements }) => {
    const list = statements.map(({ sql }) => sql).join('; ')
    return transaction ? list : `[${list}]`
  })
}

describe('which statements of a file share a transaction', () => {
  test('all of them, where the server takes them in one', async () => {
    expect(await groupsOf('select 1; select 2;')).toEqual(['select 1; select 2'])
    expect(await groupsOf('-- nothing')).toEqual([])
  })

  test('neighbours do beside one that runs alone', async () => {
    expect(
      await groupsOf('select 1; select 2; drop index concurrently i; vacuum t; select 3; select 4'),
    ).toEqual(['select 1; select 2', '[drop index concurrently i]', '[vacuum t]', 'select 3; select 4'])
  })

  test('VALIDATE CONSTRAINT is in one of its own: what was locked before it is free while it reads', async () => {
    const validate = 'alter table t validate constraint c'
    expect(await groupsOf(`select 1; ${validate}; ${validate}; select 2; select 3`)).toEqual([
      'select 1',
      validate,
      validate,
      'select 2; select 3',
    ])
    const domain = 'alter domain d validate constraint c'
    expect(await groupsOf(`select 1; ${domain}`)).toEqual(['select 1', domain])
  })

  test('a mark ends one, wherever among the comments it stands', async () => {
    expect(await groupsOf('select 1;\n-- gigarow: new transaction\nselect 2; select 3')).toEqual([
      'select 1',
      'select 2; select 3',
    ])
    expect(
      await groupsOf('select 1;\n/* why */ --gigarow:  NEW transaction\r\n-- more\nselect 2'),
    ).toHaveLength(2)
    expect(await groupsOf("-- gigarow: new transaction\nselect '-- gigarow: new transaction'")).toHaveLength(
      1,
    )
    expect(await groupsOf('select 1;\n-- gigarow: allow drop-table  old\nselect 2')).toHaveLength(1)
  })

  test('a mark that is misspelt is an error with its place, not a mere comment', async () => {
    await expect(groupsOf('select 1;\n-- gigarow: new transction\nselect 2')).rejects.toMatchObject({
      code: 'MIGRATION_INVALID',
      message: expect.stringContaining('a.sql:2: "-- gigarow: new transction"'),
    })
  })

  test('no statement is lost or moved, and a group never spans what is apart', () => {
    const places = fc.array(fc.constantFrom<Place>('together', 'first', 'apart', 'outside'))
    fc.assert(
      fc.property(places, (given) => {
        const groups = groupStatements([...given.keys()], (i) => given[i]!)
        expect(groups.flatMap(({ statements }) => statements)).toEqual([...given.keys()])
        for (const { transaction, statements } of groups) {
          const [first, ...others] = statements.map((i) => given[i]!)
          expect(transaction).toBe(first !== 'outside')
          expect(others.every((place) => place === 'together')).toBe(true)
          if (first === 'apart' || first === 'outside') expect(others).toEqual([])
        }
      }),
    )
  })
})
