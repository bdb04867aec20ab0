import { describe, expect, test } from 'vitest'
import { parseRenames } from '../../../src/cli/diff/renames.ts'

describe('--rename', () => {
  test.each([
    ['table public.old=public.new', 'table "public"."old"', 'table "public"."new"'],
    ['table old=new', 'table "public"."old"', 'table "public"."new"'],
    ['table Shop.old=new', 'table "shop"."old"', 'table "shop"."new"'],
    ['table a.t=b.t', 'table "a"."t"', 'table "b"."t"'],
    ['column public.t.a=b', 'column "public"."t"."a"', 'column "public"."t"."b"'],
    ['column public.t.a=public.t.b', 'column "public"."t"."a"', 'column "public"."t"."b"'],
    ['column t.a=b', 'column "public"."t"."a"', 'column "public"."t"."b"'],
    ['index public."Odd=Name.x"="y""z"', 'index "public"."Odd=Name.x"', 'index "public"."y""z"'],
    ['schema old=new', 'schema "old"', 'schema "new"'],
  ])('%s', (text, from, to) => {
    expect(parseRenames([text])).toEqual([{ from, to }])
  })

  test.each([
    'old=new',
    'table old',
    'table a.b.c=d',
    'tabel a=b',
    'table a=b.c.d',
    'column a=b',
    'table "a=b',
  ])('%s is an error that shows how to write it', (text) => {
    expect(() => parseRenames([text])).toThrow(`--rename "${text}" cannot be read`)
  })

  test.each(['column users.email=mail', 'column accounts.email=mail'])(
    '%s belongs to the table that is renamed by the same command',
    (text) => {
      const column = {
        from: 'column "public"."users"."email"',
        to: 'column "public"."accounts"."mail"',
      }
      expect(parseRenames([text, 'table users=accounts'])[0]).toEqual(column)
      expect(parseRenames(['column users.email=accounts.mail', 'table users=accounts'])[0]).toEqual(column)
    },
  )

  test('two tables that swap their names: the column is that of the table by its old name', () => {
    expect(parseRenames(['table a=b', 'table b=a', 'column a.x=y'])[2]).toEqual({
      from: 'column "public"."a"."x"',
      to: 'column "public"."b"."y"',
    })
  })
})
