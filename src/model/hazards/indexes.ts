import { defineHazards } from './entry.ts'

const CREATE_INDEX =
  'https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY'

export const INDEX_HAZARDS = defineHazards({
  'index-blocks-writes': {
    severity: 'lock',
    title: 'CREATE INDEX without CONCURRENTLY',
    lock: { mode: 'SHARE', on: 'the table' },
    message: 'Nobody can write to {table} until the whole index is built.',
    instead: '{sql}',
    why: [
      'CREATE INDEX lets reads go on and makes every INSERT, UPDATE and DELETE wait until the last row is indexed: minutes to hours on a large table.',
      'CONCURRENTLY reads the table twice and waits for open transactions, but blocks nobody. It cannot run in a transaction with others. When it fails it leaves an invalid index behind, which has to be dropped before the next try; `gigarow migrate up` does that.',
    ],
    bad: 'CREATE INDEX orders_customer_idx ON orders (customer_id);',
    good: ['CREATE INDEX CONCURRENTLY orders_customer_idx ON orders (customer_id);'],
    like: ['squawk require-concurrent-index-creation', 'strong_migrations'],
    links: [CREATE_INDEX],
  },
  'index-on-partitioned': {
    severity: 'lock',
    title: 'CREATE INDEX on a partitioned table',
    lock: { mode: 'SHARE', on: 'the parent and every partition' },
    message:
      '{table} is partitioned: nobody can write to it or to any of its partitions until the index is built on all of them.',
    instead: '{sql}',
    variants: {
      concurrently: {
        message: '{table} is partitioned: PostgreSQL refuses CREATE INDEX CONCURRENTLY on it.',
      },
    },
    why: [
      'An index on a partitioned table is built on one partition after the other in one transaction, and all of them stay locked against writes until the last is done. CONCURRENTLY is refused for the parent.',
      'ON ONLY makes the index of the parent alone, at once and invalid. Each partition gets its index CONCURRENTLY and attaches it; with the last one the parent’s index becomes valid.',
    ],
    bad: 'CREATE INDEX events_kind_idx ON events (kind);',
    good: [
      `CREATE INDEX events_kind_idx ON ONLY events (kind);
CREATE INDEX CONCURRENTLY events_2025_01_kind_idx ON events_2025_01 (kind);
ALTER INDEX events_kind_idx ATTACH PARTITION events_2025_01_kind_idx;
CREATE INDEX CONCURRENTLY events_2025_02_kind_idx ON events_2025_02 (kind);
ALTER INDEX events_kind_idx ATTACH PARTITION events_2025_02_kind_idx;`,
    ],
    like: ['squawk require-concurrent-index-creation (does not know partitioned tables)'],
    links: ['https://www.postgresql.org/docs/current/ddl-partitioning.html'],
  },
  'index-drop-blocks': {
    severity: 'lock',
    title: 'DROP INDEX without CONCURRENTLY',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the table' },
    message:
      'DROP INDEX {index} waits for every open transaction on its table, and all reads and writes wait behind it.',
    instead: '{sql}',
    variants: {
      partitioned: {
        message:
          '{index} is the index of a partitioned table: it cannot be dropped CONCURRENTLY, and DROP INDEX locks the table and every partition against reads and writes.',
        instead:
          'Run it at a quiet time, with a short lock_timeout and retries (gigarow migrate up does both).',
      },
    },
    why: [
      'The drop itself takes a moment. But it needs a lock that nothing else gets along with: one long query delays it, and everything that comes after has to wait behind it.',
      'An index of a partitioned table cannot be dropped concurrently; there a short lock_timeout with retries is the way.',
    ],
    bad: 'DROP INDEX orders_status_idx;',
    good: ['DROP INDEX CONCURRENTLY orders_status_idx;'],
    like: ['squawk require-concurrent-index-deletion', 'strong_migrations remove_index'],
    links: ['https://www.postgresql.org/docs/current/sql-dropindex.html'],
  },
  'reindex-blocks': {
    severity: 'lock',
    title: 'REINDEX without CONCURRENTLY',
    lock: { mode: 'SHARE', on: 'the table; ACCESS EXCLUSIVE on the index' },
    message:
      'Nobody can write to the table of {name}, and queries that would use the index wait, until it is built anew.',
    instead: '{sql}',
    why: [
      'REINDEX keeps writers out of the table, and even planning a query on the table needs a lock on the index that REINDEX holds: reads wait, too.',
      'CONCURRENTLY builds a second index beside the first one and swaps them.',
    ],
    bad: 'REINDEX INDEX orders_status_idx;',
    good: ['REINDEX INDEX CONCURRENTLY orders_status_idx;'],
    like: ['squawk require-concurrent-reindex'],
    links: ['https://www.postgresql.org/docs/current/sql-reindex.html#SQL-REINDEX-CONCURRENTLY'],
  },
  'index-if-not-exists': {
    severity: 'notice',
    title: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS',
    message:
      'IF NOT EXISTS keeps an invalid index {index} that an interrupted build has left: it is there, costs writes, and is never used.',
    instead: '{sql}',
    why: [
      'IF NOT EXISTS compares names only. After a concurrent build that was interrupted, the invalid index has the name; a second run skips the statement and calls it done.',
      '`gigarow migrate up` finds the unfinished index of an interrupted run by its name, drops it and builds it again: leave IF NOT EXISTS out. Elsewhere, drop the index first.',
    ],
    bad: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_customer_idx ON orders (customer_id);',
    good: ['CREATE INDEX CONCURRENTLY orders_customer_idx ON orders (customer_id);'],
    links: [CREATE_INDEX],
  },
  'concurrently-in-transaction': {
    severity: 'lock',
    title: 'CONCURRENTLY inside of a transaction',
    message: 'The server refuses this statement between BEGIN and COMMIT.',
    instead: 'Write it before BEGIN, after COMMIT, or in a file of its own.',
    why: [
      'Statements with CONCURRENTLY, VACUUM and some others run in several transactions of their own and are refused in a block.',
    ],
    bad: `BEGIN;
CREATE INDEX CONCURRENTLY orders_customer_idx ON orders (customer_id);
COMMIT;`,
    good: ['CREATE INDEX CONCURRENTLY orders_customer_idx ON orders (customer_id);'],
    like: ['squawk ban-concurrent-index-creation-in-transaction'],
    links: [CREATE_INDEX],
  },
  'wide-index': {
    severity: 'notice',
    title: 'An index over more than three columns',
    message:
      'The index on {table} has {name} columns: every one of them is stored, written and cached for each row.',
    instead: 'Keep the first two or three columns, which select the most; further ones rarely help.',
    why: [
      'Columns behind the third seldom make a search narrower, but make the index larger and each write dearer. Unique indexes are left out: there every column is part of the rule.',
    ],
    bad: 'CREATE INDEX CONCURRENTLY orders_wide_idx ON orders (customer_id, status, placed_at, total);',
    good: ['CREATE INDEX CONCURRENTLY orders_wide_idx ON orders (customer_id, placed_at);'],
    like: ['strong_migrations'],
    links: ['https://www.postgresql.org/docs/current/indexes-multicolumn.html'],
  },
})
