import { describe, expect, test } from 'vitest'
import { lintFiles, lintSql } from '../../../src/lint/index.ts'
import { EXAMPLE_TABLES, type HazardRule } from '../../../src/model/index.ts'

interface Around {
  readonly given?: string
  readonly major?: number
  readonly enable?: readonly HazardRule[]
}

/** Findings of one migration, behind the tables of the examples and whatever is given. */
async function findingsOf(text: string, { given = '', major = 14, enable = [] }: Around = {}) {
  const files = [
    { file: 'given.sql', text: EXAMPLE_TABLES + given },
    { file: 'x.sql', text },
  ]
  return (await lintFiles(files, { major, enable })).filter(({ file }) => file === 'x.sql')
}

const rulesOf = async (text: string, options?: Around) =>
  (await findingsOf(text, options)).map(({ rule }) => rule)
const helpOf = async (text: string, options?: Around) => (await findingsOf(text, options))[0]?.help

describe('what the file makes itself', () => {
  test.each([
    'CREATE TABLE t (id bigint); CREATE INDEX i ON t (id); ALTER TABLE t ADD CHECK (id > 0), ALTER COLUMN id SET NOT NULL;',
    'CREATE TABLE t AS SELECT 1 AS a; CREATE UNIQUE INDEX i ON t (a); ALTER TABLE t ADD PRIMARY KEY (a); DROP TABLE t;',
    'CREATE TABLE p (id bigint) PARTITION BY LIST (id); CREATE TABLE q PARTITION OF p FOR VALUES IN (1); CREATE INDEX ON p (id);',
    'CREATE TABLE t (id bigint); UPDATE t SET id = 1; DELETE FROM t; TRUNCATE t;',
    'CREATE MATERIALIZED VIEW m AS SELECT 1 AS a WITH NO DATA; REFRESH MATERIALIZED VIEW m;',
    'CREATE TABLE t (id bigint REFERENCES customers); ALTER TABLE t RENAME TO u;',
  ])('is new and no hazard: %s', async (text) => {
    expect(await rulesOf(text)).toEqual([])
  })

  test('is in use for the next file', async () => {
    const files = ['CREATE TABLE t (id bigint);', 'CREATE INDEX i ON t (id);'].map((text, i) => ({
      file: `${i}`,
      text,
    }))
    expect((await lintFiles(files, { major: 14 })).map(({ file, rule }) => [file, rule])).toEqual([
      ['1', 'index-blocks-writes'],
    ])
  })
})

describe('what may be there already', () => {
  test.each([
    ['CREATE TABLE IF NOT EXISTS t (id bigint); CREATE INDEX i ON t (id);', ['index-blocks-writes']],
    ['CREATE TABLE IF NOT EXISTS t AS SELECT 1 AS a; TRUNCATE t;', ['truncate']],
    [
      'CREATE MATERIALIZED VIEW IF NOT EXISTS m AS SELECT 1 AS a; DROP MATERIALIZED VIEW m;',
      ['drop-matview'],
    ],
  ])('is no new table: %s', async (text, rules) => {
    expect(await rulesOf(text)).toEqual(rules)
  })
})

describe('what is dropped', () => {
  test.each([
    ['DROP VIEW a, s.b;', ['drop-view', 'drop-view']],
    ['DROP VIEW a; CREATE VIEW a AS SELECT 1;', []],
    ['DROP SEQUENCE q;', ['drop-sequence']],
    ['CREATE SEQUENCE q; DROP SEQUENCE q;', []],
    ['DROP TYPE mood; DROP DOMAIN percent;', ['drop-type', 'drop-type']],
    ['DROP FUNCTION f(int); DROP PROCEDURE p;', ['drop-routine', 'drop-routine']],
    ['ALTER TABLE orders DROP CONSTRAINT orders_pkey;', ['drop-constraint']],
    ['CREATE TABLE t (id bigint PRIMARY KEY); ALTER TABLE t DROP CONSTRAINT t_pkey;', []],
    ['CREATE RULE r AS ON UPDATE TO orders DO INSTEAD NOTHING;', ['rule-discards']],
    ['CREATE RULE r AS ON INSERT TO orders DO INSTEAD INSERT INTO customers DEFAULT VALUES;', []],
  ])('%s', async (text, rules) => {
    expect(await rulesOf(text)).toEqual(rules)
  })
})

describe('lock_timeout that is switched off', () => {
  test.each([
    ["SET lock_timeout = '0s'; ALTER TABLE orders ADD COLUMN a int;", ['lock-timeout-off']],
    ['SET LOCAL lock_timeout TO 0; SELECT 1; DROP TABLE customers;', ['lock-timeout-off', 'drop-table']],
    ["SET lock_timeout = 0; SET lock_timeout = '1s'; ALTER TABLE orders ADD COLUMN a int;", []],
    ['SET lock_timeout = 0; CREATE INDEX CONCURRENTLY i ON orders (id);', []],
    ['SET lock_timeout = 100; ALTER TABLE orders ADD COLUMN a int;', []],
    ['SET lock_timeout = 0; CREATE TABLE t (id bigint); ALTER TABLE t ADD COLUMN a bigint;', []],
  ])('%s', async (text, rules) => {
    expect(await rulesOf(text)).toEqual(rules)
  })
})

describe('cheap forms are let through', () => {
  test.each([
    'ALTER TABLE orders ALTER COLUMN status TYPE varchar(40);',
    'ALTER TABLE orders ALTER COLUMN total TYPE numeric(14,2);',
    'ALTER TABLE orders ALTER COLUMN status TYPE text USING status::text;',
    'ALTER TABLE orders ADD COLUMN a timestamptz NOT NULL DEFAULT now();',
    'ALTER TABLE orders ADD COLUMN a bigint REFERENCES customers;',
    'ALTER TABLE orders ALTER COLUMN id SET NOT NULL;',
    'ALTER TABLE orders SET (fillfactor = 90);',
    'UPDATE orders SET total = 0 WHERE id > 10 AND id <= 20;',
    'DELETE FROM orders WHERE id IN (SELECT id FROM orders LIMIT 1000);',
    'DELETE FROM orders WHERE ctid = ANY (ARRAY(SELECT ctid FROM orders LIMIT 1000));',
    'MERGE INTO orders USING customers c ON orders.id = c.id AND orders.id BETWEEN 1 AND 100 WHEN MATCHED THEN DELETE;',
    'MERGE INTO orders USING (VALUES (1)) v(id) ON orders.id = v.id WHEN MATCHED THEN DELETE;',
    'MERGE INTO orders USING customers c ON orders.id = c.id WHEN NOT MATCHED THEN INSERT DEFAULT VALUES;',
    'CREATE INDEX i ON ONLY events (kind);',
    'ALTER TABLE ONLY events ADD CONSTRAINT k UNIQUE (id, event_time);',
    'ALTER TABLE events DETACH PARTITION events_2025_01 FINALIZE;',
    'CREATE FUNCTION f() RETURNS void LANGUAGE sql BEGIN ATOMIC DELETE FROM orders; END;',
  ])('%s', async (text) => {
    expect((await findingsOf(text)).filter(({ severity }) => severity !== 'notice')).toEqual([])
  })
})

describe('dangerous forms are found', () => {
  test.each<[HazardRule, string]>([
    ['change-type', 'ALTER TABLE orders ALTER COLUMN status TYPE varchar(5);'],
    ['change-type', 'ALTER TABLE orders ALTER COLUMN status TYPE text USING upper(status);'],
    ['change-type', 'ALTER TABLE orders ALTER COLUMN placed_at TYPE timestamp;'],
    ['volatile-default', 'ALTER TABLE orders ADD COLUMN a text DEFAULT md5(random()::text);'],
    ['foreign-key-scans', 'ALTER TABLE orders ADD COLUMN a bigint DEFAULT 1 REFERENCES customers;'],
    ['unique-builds-index', 'ALTER TABLE orders ADD COLUMN a text UNIQUE;'],
    ['check-scans', 'ALTER TABLE orders ADD COLUMN a int CHECK (a > 0);'],
    ['add-serial-column', 'ALTER TABLE orders ADD COLUMN a bigint GENERATED ALWAYS AS IDENTITY;'],
    ['add-required-column', 'ALTER TABLE orders ADD COLUMN a int NOT NULL DEFAULT NULL;'],
    [
      'unbounded-change',
      "WITH gone AS (DELETE FROM orders WHERE status = 'x' RETURNING *) SELECT count(*) FROM gone;",
    ],
    ['unbounded-change', 'MERGE INTO orders USING gone ON orders.id = gone.id WHEN MATCHED THEN DELETE;'],
    ['delete-all', 'MERGE INTO orders USING gone ON true WHEN MATCHED THEN DELETE;'],
    ...[
      'DROP TABLE orders CASCADE;',
      'DROP EXTENSION hstore CASCADE;',
      'DROP FUNCTION f(int) CASCADE;',
      'DROP DOMAIN percent CASCADE;',
      'DROP SEQUENCE s CASCADE;',
      'DROP VIEW v CASCADE;',
      'DROP MATERIALIZED VIEW totals CASCADE;',
      'DROP CAST (int AS text) CASCADE;',
      'ALTER TABLE orders DROP CONSTRAINT orders_pkey CASCADE;',
      'ALTER TABLE orders DROP COLUMN status CASCADE;',
      'ALTER TYPE point3 DROP ATTRIBUTE z CASCADE;',
    ].map((text): [HazardRule, string] => ['drop-cascade', text]),
    ['rename-table', 'ALTER TABLE orders SET SCHEMA archive;'],
    ['vacuum-full', 'CLUSTER;'],
    ['drop-schema', 'DROP OWNED BY bob;'],
    ['not-null-scans', 'ALTER TABLE orders ADD CONSTRAINT n NOT NULL status;'],
    ['domain-constraint-scans', 'ALTER DOMAIN percent SET NOT NULL;'],
    ['reindex-blocks', 'REINDEX TABLE orders;'],
    ['refresh-blocks-reads', 'REFRESH MATERIALIZED VIEW totals WITH DATA;'],
  ])('%s: %s', async (rule, text) => {
    expect(await rulesOf(text)).toContain(rule)
  })

  test('in every command of an ALTER TABLE', async () => {
    expect(
      await rulesOf(
        'ALTER TABLE orders DROP COLUMN status, ADD CHECK (total > 0), ALTER total SET NOT NULL;',
      ),
    ).toEqual(expect.arrayContaining(['drop-column', 'check-scans', 'not-null-scans']))
  })
})

describe('partitioned tables', () => {
  test('an index is refused or built leaf by leaf, with the leaves’ names', async () => {
    const help = await helpOf(
      'CREATE INDEX CONCURRENTLY i ON events USING brin (event_time) WITH (pages_per_range = 8);',
    )
    expect(help).toBe(`CREATE INDEX i ON ONLY events USING brin (event_time) WITH (pages_per_range = 8);
CREATE INDEX CONCURRENTLY events_2025_01_event_time_idx ON events_2025_01 USING brin (event_time) WITH (pages_per_range = 8);
ALTER INDEX i ATTACH PARTITION events_2025_01_event_time_idx;
CREATE INDEX CONCURRENTLY events_2025_02_event_time_idx ON events_2025_02 USING brin (event_time) WITH (pages_per_range = 8);
ALTER INDEX i ATTACH PARTITION events_2025_02_event_time_idx;`)
  })

  test('a default partition makes DETACH CONCURRENTLY impossible, and the text says so', async () => {
    const given = 'CREATE TABLE events_rest PARTITION OF events DEFAULT;'
    const [plain] = await findingsOf('ALTER TABLE events DETACH PARTITION events_2025_01;', { given })
    const [concurrent] = await findingsOf(
      'ALTER TABLE events DETACH PARTITION events_2025_01 CONCURRENTLY;',
      {
        given,
      },
    )
    expect(plain?.text).toContain(
      'CONCURRENTLY is impossible as long as events has the default partition events_rest',
    )
    expect(concurrent?.text).toContain('refuses to detach a partition CONCURRENTLY')
  })

  test('a foreign key can be NOT VALID from PostgreSQL 18', async () => {
    const text =
      'ALTER TABLE events ADD CONSTRAINT f FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;'
    expect(await rulesOf(text, { major: 18 })).toEqual([])
    const [finding] = await findingsOf(text, { major: 17 })
    expect(finding?.text).toContain('the server refuses a foreign key with NOT VALID')
    expect(finding?.help).toContain('ALTER TABLE events_2025_02 VALIDATE CONSTRAINT f;')
  })

  test('dropping a partition locks its parent; dropping both does not say so', async () => {
    expect((await findingsOf('DROP TABLE events_2025_01;'))[0]?.text).toContain('locks events')
    expect((await findingsOf('DROP TABLE events_2025_01, events;'))[0]?.text).not.toContain('locks events')
  })

  test('a table attached empty needs no proof, one with rows does', async () => {
    const attach = `ALTER TABLE events ATTACH PARTITION n FOR VALUES FROM ('2025-05-01') TO ('2025-06-01');`
    expect(await rulesOf(`CREATE TABLE n (LIKE events); ${attach}`)).toEqual([])
    expect(
      await rulesOf(`CREATE TABLE n (LIKE events); INSERT INTO n SELECT * FROM events_2025_03; ${attach}`),
    ).toEqual(['attach-scans'])
  })
})

describe('special cases have texts of their own', () => {
  const given = `CREATE INDEX events_kind_idx ON events (kind); CREATE TABLE events_rest PARTITION OF events DEFAULT;`
  const april = `FOR VALUES FROM ('2025-04-01') TO ('2025-05-01')`
  test.each([
    ['DROP INDEX events_kind_idx;', 'cannot be dropped CONCURRENTLY'],
    ['DROP INDEX CONCURRENTLY events_kind_idx;', 'cannot be dropped CONCURRENTLY'],
    [
      'ALTER TABLE events ADD FOREIGN KEY (customer_id) REFERENCES customers;',
      'refused for a partitioned table before',
    ],
    ['ALTER TABLE events ADD PRIMARY KEY (id, event_time);', 'USING INDEX is refused for it'],
    [
      'ALTER TABLE orders ADD COLUMN a int GENERATED ALWAYS AS (1) STORED;',
      'written anew with a in each row',
    ],
    ['ALTER TABLE elsewhere.t ALTER COLUMN a TYPE bigint;', 'Unless the old type is stored in the same way'],
    [`CREATE TABLE n PARTITION OF events ${april};`, 'every row of the default partition events_rest'],
    [
      `CREATE TABLE n (LIKE events); ALTER TABLE events ATTACH PARTITION n ${april};`,
      'has the default partition events_rest',
    ],
    ['REINDEX DATABASE shop;', 'table of shop'],
    ['VACUUM FULL;', 'any table of the database'],
    ['COMMIT;', 'There is no transaction to end'],
  ])('%s', async (text, said) => {
    expect((await findingsOf(text, { given })).map((finding) => finding.text).join('\n')).toContain(said)
  })
})

describe('transactions', () => {
  test('VALIDATE waits under the lock of ADD between BEGIN and COMMIT, not where the runner parts them', async () => {
    const text = `ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT c;`
    expect(await rulesOf(`BEGIN; ${text} COMMIT;`)).toEqual(['validate-with-add'])
    expect(await rulesOf(text)).toEqual([])
    expect(await rulesOf(`BEGIN; ${text.replace('; ', '; COMMIT; BEGIN; ')} COMMIT;`)).toEqual([])
  })

  test('what is changed beside ALTER TABLE is changed under its lock, unless a transaction ends between them', async () => {
    const [alter, change] = ['ALTER TABLE orders ADD COLUMN x int;', 'UPDATE orders SET x = 1 WHERE id < 5;']
    const underLock = async (text: string) => (await rulesOf(text)).includes('change-with-ddl')
    expect(await underLock(`${alter} ${change}`)).toBe(true)
    expect(await underLock(`${alter}\n-- gigarow: new transaction\n${change}`)).toBe(false)
    expect(await underLock(`CREATE INDEX CONCURRENTLY i ON orders (id); ${alter} ${change}`)).toBe(true)
  })

  test('BEGIN without COMMIT, and what may not stand between them', async () => {
    expect((await rulesOf('BEGIN; CREATE INDEX CONCURRENTLY i ON orders (total);')).sort()).toEqual([
      'concurrently-in-transaction',
      'uncommitted-transaction',
    ])
  })

  test('a table renamed away and replaced in the same file is a swap', async () => {
    expect(
      await rulesOf(
        'CREATE TABLE n (id bigint); ALTER TABLE orders RENAME TO o; ALTER TABLE n RENAME TO orders;',
      ),
    ).toEqual([])
  })
})

describe('allowances', () => {
  test('cover the statement below, by rule, with a reason', async () => {
    const text = `-- gigarow: allow drop-column, change-type: since 4.2 nothing reads it
ALTER TABLE orders DROP COLUMN total, ALTER COLUMN customer_id TYPE int;
ALTER TABLE orders DROP COLUMN status;`
    expect((await findingsOf(text)).map(({ rule, line }) => [rule, line])).toEqual([['drop-column', 3]])
  })

  test('that allow nothing, or name no rule, are findings at their own place', async () => {
    const text = `SELECT 1;
  -- gigarow: allow drop-colum, drop-table
SELECT 2;
-- gigarow: allow drop-table`
    expect((await findingsOf(text)).map(({ text: said, line, column }) => [said, line, column])).toEqual([
      ['There is no rule drop-colum.', 2, 3],
      ['The statement below has no finding of the rule drop-table.', 2, 3],
      ['The statement below has no finding of the rule drop-table.', 4, 1],
    ])
  })

  test('in strings are text', async () => {
    expect(await rulesOf(`SELECT '-- gigarow: allow drop-table';`)).toEqual([])
  })
})

describe('places and names', () => {
  test('columns count as editors do, behind emojis and umlauts, and recipes cut at the right byte', async () => {
    const [finding] = await findingsOf(
      `SELECT '😀ü'; ALTER TABLE orders ADD COLUMN "grün 😀" uuid DEFAULT gen_random_uuid() NULL;`,
    )
    expect([finding?.line, finding?.column]).toEqual([1, 15])
    expect(finding?.help).toContain('ALTER COLUMN "grün 😀" SET DEFAULT gen_random_uuid();')
  })

  test('are quoted where they must be', async () => {
    const help = await helpOf('ALTER TABLE "Order" ALTER COLUMN "user" SET NOT NULL;')
    expect(help).toContain(
      'ALTER TABLE "Order" ADD CONSTRAINT "Order_user_check" CHECK ("user" IS NOT NULL) NOT VALID;',
    )
  })

  test('longer than 63 bytes are found outside of strings only', async () => {
    const long = 'x'.repeat(64)
    expect(await rulesOf(`SELECT '${long}' AS a;`)).toEqual([])
    expect(await rulesOf(`SELECT 1 AS "${long}";`)).toEqual(['identifier-too-long'])
  })
})

test('an empty file has no findings, a broken one a place', async () => {
  expect(await lintSql('-- nothing\n', { file: 'x.sql', major: 14 })).toEqual([])
  await expect(lintSql('SELECT 1;\nCREATE TABEL t ();', { file: 'x.sql', major: 14 })).rejects.toMatchObject({
    code: 'SQL_SYNTAX',
    facts: { file: 'x.sql', line: 2, column: 8 },
  })
})

test('PostgreSQL 18 has a shorter way to NOT NULL', async () => {
  const text = 'ALTER TABLE orders ALTER COLUMN status SET NOT NULL;'
  expect(await helpOf(text, { major: 17 })).toContain('CHECK (status IS NOT NULL) NOT VALID')
  expect(await helpOf(text, { major: 18 })).toContain(
    'ADD CONSTRAINT orders_status_not_null NOT NULL status NOT VALID',
  )
})
