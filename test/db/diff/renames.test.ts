import { describe, expect, it } from 'vitest'
import type { objectKey } from '../../../src/model/index.ts'
import { testDatabase } from '../../support/index.ts'
import { convergenceOn, sqlOf } from './converge.ts'

const db = convergenceOn(testDatabase())

describe('what is renamed stays what it is', () => {
  const key = (text: string) => text as ReturnType<typeof objectKey>
  it('a table with its columns, index and constraint, and what uses them', async () => {
    const plan = await db.converges({
      from: `create table a (id serial primary key, x int not null default 1, y text, constraint pos check (x > 0), g int generated always as (x + 1) stored);
        create index a_x on a (x, lower(y)) where x > 3; create table r (a int references a); create view v as select id, x from a where x > 1;
        create function f() returns trigger language plpgsql as 'begin return new; end'; create trigger tr before update of x on a for each row when (new.x > 1) execute function f();
        comment on column a.x is 'c'; comment on index a_x is 'i'; grant select on a to public; alter table a enable row level security; create policy p on a using (x > 1);
        insert into a (x) select n from generate_series(1, 9) n; insert into r values (3);`,
      to: `create schema s; create table s.b (id serial primary key, "X y" int not null default 1, y text, constraint "p o s" check ("X y" > 0), g int generated always as ("X y" + 1) stored);
        create index b_x on s.b ("X y", lower(y)) where "X y" > 3; create table r (a int references s.b); create view v as select id, "X y" as x from s.b where "X y" > 1;
        create function f() returns trigger language plpgsql as 'begin return new; end'; create trigger tr before update of "X y" on s.b for each row when (new."X y" > 1) execute function f();
        comment on column s.b."X y" is 'c'; comment on index s.b_x is 'i'; grant select on s.b to public; alter table s.b enable row level security; create policy p on s.b using ("X y" > 1);`.replace(
        'create schema s;',
        'create schema if not exists s;',
      ),
      options: {
        renames: [
          { from: key('table "public"."a"'), to: key('table "s"."b"') },
          { from: key('column "public"."a"."x"'), to: key('column "s"."b"."X y"') },
          { from: key('index "public"."a_x"'), to: key('index "s"."b_x"') },
          { from: key('constraint "public"."a"."pos"'), to: key('constraint "s"."b"."p o s"') },
        ],
      },
    })
    expect(sqlOf(plan)).toMatchInlineSnapshot(`
      [
        "CREATE SCHEMA "s"",
        "ALTER TABLE "public"."a" SET SCHEMA "s"",
        "ALTER TABLE "s"."a" RENAME TO "b"",
        "ALTER INDEX "s"."a_x" RENAME TO "b_x"",
        "ALTER SEQUENCE "s"."a_id_seq" RENAME TO "b_id_seq"",
        "ALTER TABLE "s"."b" RENAME COLUMN "x" TO "X y"",
        "ALTER TABLE "s"."b" RENAME CONSTRAINT "pos" TO "p o s"",
        "ALTER TABLE "s"."b" RENAME CONSTRAINT "a_pkey" TO "b_pkey"",
      ]
    `)
  })
  it('two tables that swap their names', async () => {
    await db.converges({
      from: 'create table a (x int); create table b (y int); insert into a values (1);',
      to: 'create table b (x int); create table a (y int);',
      options: {
        renames: [
          { from: key('table "public"."a"'), to: key('table "public"."b"') },
          { from: key('table "public"."b"'), to: key('table "public"."a"') },
        ],
      },
    })
    expect(await db.query('select x from b')).toEqual([{ x: 1 }])
  })
})
