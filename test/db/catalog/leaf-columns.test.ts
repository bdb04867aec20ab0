import { expect, test } from 'vitest'
import type { Catalog } from '../../../src/model/index.ts'
import { testDatabase } from '../../support/index.ts'
import { catalogOn } from './fixture.ts'

const { catalogOf, sql } = catalogOn(testDatabase())

/** Each leaf differs from its parent in one thing. */
const DDL = `
  create table p (id bigint generated always as identity, gone int, kind text not null default 'view', at timestamptz default now(),
    doubled bigint generated always as (7 * 2) stored, n numeric(10, 2), note text) partition by list (kind);
  alter table p drop column gone;
  create table alike partition of p for values in ('alike');
  create table other_default partition of p for values in ('a');
  alter table other_default alter column note set default 'none';
  create table no_default partition of p for values in ('b');
  alter table no_default alter column at drop default;
  create table stricter partition of p for values in ('c');
  alter table stricter alter column n set not null, alter column note set storage external, alter column note set statistics 7,
    alter column note set compression pglz,
    alter column n set (n_distinct = 5);
  create table moved (note text, n numeric(10, 2), doubled bigint generated always as (7 * 2) stored, at timestamptz default now(),
    id bigint not null, kind text not null default 'view');
  alter table p attach partition moved for values in ('d');
  create table deep partition of p for values in ('e') partition by range (at);
  alter table deep alter column note set default 'deep';
  create table deep1 partition of deep for values from ('2025-01-01') to ('2026-01-01');
  create table deep2 partition of deep for values from ('2026-01-01') to ('2027-01-01');
  alter table deep2 alter column note drop default;
  create table swapped (b int, a int, total int generated always as (b + 1) stored);
  create table sums (a int, b int, total int generated always as (b + 1) stored) partition by list (a);
  alter table sums attach partition swapped for values in (1);
  create table q (a int not null) partition by list (a);
  create table q1 (a int constraint other_name not null);
  alter table q attach partition q1 for values in (1)`

test('columns of partitions read as the server has them, those that are their parent’s too', async () => {
  const { catalog } = await catalogOf(DDL)
  const before = linesOf(catalog)
  await sql`select set_config('search_path', '', false)`
  const rows = await sql<{ line: string }[]>`
    select format('%s.%s', c.relname, a.attname) as line, a.attnum as position, format_type(a.atttypid, a.atttypmod) as type,
           a.attnotnull as "notNull", nullif(a.attidentity, '') is not null as identity, pg_get_expr(d.adbin, d.adrelid) as value,
           a.attgenerated <> '' as generated, not a.attislocal as inherited, nullif(a.attstattarget, -1) as statistics,
           a.attoptions::text as options, case when a.attstorage = 'e' then 'external' end as storage,
           case a.attcompression when 'p' then 'pglz' end as compression, nn.conname as "notNullName"
      from pg_attribute a join pg_class c on c.oid = a.attrelid
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      left join pg_constraint nn on nn.contype = 'n' and nn.conrelid = c.oid and nn.conkey = array[a.attnum]
     where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped`
  await sql`reset search_path`
  expect(before.length).toBeGreaterThan(50)
  expect(before).toEqual(rows.map((row) => JSON.stringify({ ...row })).sort())
})

function linesOf(catalog: Catalog): readonly string[] {
  const lines: string[] = []
  for (const column of catalog.objects.values()) {
    if (column.kind !== 'column') continue
    const { position, type, notNull, inherited } = column
    const options = Object.entries(column.options).map(([name, value]) => `${name}=${value}`)
    lines.push(
      JSON.stringify({
        line: `${column.table.split('"')[3]}.${column.name}`,
        position,
        type,
        notNull,
        identity: column.identity !== undefined,
        value: column.generated?.expression ?? column.default ?? null,
        generated: column.generated !== undefined,
        inherited,
        statistics: column.statistics ?? null,
        options: options.length === 0 ? null : `{${options}}`,
        storage: column.storage ?? null,
        compression: column.compression ?? null,
        notNullName: column.notNullName ?? null,
      }),
    )
  }
  return lines.sort()
}
