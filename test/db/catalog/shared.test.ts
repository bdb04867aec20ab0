import { expect, test } from 'vitest'
import { readCatalog, SharedObjects } from '../../../src/catalog/index.ts'
import type { Catalog } from '../../../src/model/index.ts'
import { testDatabase } from '../../support/index.ts'
import { catalogOn } from './fixture.ts'

const { catalogOf, read, sql } = catalogOn(testDatabase())

const DDL = `
  create type mood as enum ('sad', 'ok');
  create table users (id int primary key, name text unique);
  create table events (id bigint, user_id int references users, at timestamptz not null, mood mood default 'ok',
    primary key (id, at)) partition by range (at);
  create table e1 partition of events for values from ('2025-01-01') to ('2025-02-01');
  create table e2 partition of events for values from ('2025-02-01') to ('2025-03-01');
  create view names as select name from users`

const CHANGES = `
  alter table public.users add column age int; alter table public.e1 alter column user_id set default 3;
  create index on public.events (user_id); alter table public.users add check (age > 0), drop constraint users_name_key;
  drop view public.names; create view public.names as select name, age from public.users; comment on table public.e2 is 'two'`

test('catalogs that keep once what is equal are those that are read alone, whatever was read before', async () => {
  const before = (await catalogOf(DDL)).catalog
  const shared = new SharedObjects()
  const first = await readCatalog({ sql }, { shared })
  const [second, third] = await Promise.all([read({ shared }), readCatalog({ sql }, { shared })])
  await sql.unsafe(CHANGES)
  const after = (await read()).catalog
  const changed = await readCatalog({ sql }, { shared })
  for (const one of [first, second.catalog, third]) expect(plain(one)).toEqual(plain(before))
  expect(plain(changed)).toEqual(plain(after))
  expect(plain(first)).toEqual(plain(before))
  const same = [...changed.objects.values()].filter((object) => first.objects.get(object.key) === object)
  expect(same.map(({ key }) => key)).toContain('column "public"."e2"."user_id"')
  expect(same.map(({ key }) => key)).not.toContain('column "public"."e1"."user_id"')
})

function plain({ objects, needs, unknownNeeds, owners, ...rest }: Catalog) {
  return {
    ...rest,
    objects: new Map(objects),
    needs: [...needs].map(([key, set]) => [key, [...set]]),
    unknownNeeds: [...(unknownNeeds ?? [])],
    owners: [...(owners?.of ?? [])],
  }
}
