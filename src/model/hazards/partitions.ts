import { defineHazards } from './entry.ts'

const PARTITIONS =
  'https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE'

export const PARTITION_HAZARDS = defineHazards({
  'partition-of': {
    severity: 'lock',
    title: 'CREATE TABLE … PARTITION OF a table in use',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the parent and its default partition' },
    message:
      'The statement waits for every open transaction on {parent}, and all reads and writes of it wait behind it.',
    instead: '{sql}',
    variants: {
      default: {
        message:
          'The statement waits for every open transaction on {parent}, all reads and writes wait behind it, and they go on waiting while every row of the default partition {other} is checked.',
      },
    },
    why: [
      'PARTITION OF takes the strongest lock on the parent. A table of the same form that is made first and attached needs SHARE UPDATE EXCLUSIVE only: reads and writes of the other partitions go on.',
      'The new table must be empty, or have a valid CHECK of the bound; foreign keys of the parent are added by ATTACH, which is free for an empty table. Where there is a default partition, its rows are checked under the lock, unless a valid CHECK on it excludes the new bound.',
    ],
    bad: `CREATE TABLE events_2025_04 PARTITION OF events FOR VALUES FROM ('2025-04-01') TO ('2025-05-01');`,
    good: [
      `CREATE TABLE events_2025_04 (LIKE events INCLUDING ALL EXCLUDING IDENTITY);
ALTER TABLE events ATTACH PARTITION events_2025_04 FOR VALUES FROM ('2025-04-01') TO ('2025-05-01');`,
    ],
    links: [PARTITIONS],
  },
  'attach-scans': {
    severity: 'lock',
    title: 'ATTACH PARTITION of a table without a CHECK of its bound',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the new partition and the default one' },
    message:
      '{partition} has no valid CHECK of its bound: nobody can read or write it while every row of it is checked.',
    instead: '{sql}',
    variants: {
      default: {
        message:
          '{parent} has the default partition {other}: nobody can read or write it, and so {parent}, while every row of it is checked against the new bound.',
        instead: '{sql}',
      },
      unproven: {
        message:
          'No CHECK can prove {kind}: nobody can read or write {partition} while every row of it is checked.',
        instead: 'Attach it while it is empty, or when few use it.',
      },
      shrunk: {
        message:
          'Nobody can read or write {partition} and {parent} while it is read for rows outside of its new bound.',
        instead: 'Do it when few use it.',
      },
    },
    why: [
      'ATTACH has to know that all rows fit the bound. A valid CHECK that says the same, with the key columns NOT NULL, is proof; without it, the table is read under a lock. The server says at client_min_messages = debug1 that the “partition constraint … is implied by existing constraints”.',
      'A default partition is read as well, because a row in it might belong to the new partition: give it a valid CHECK that excludes the new bound.',
      'ATTACH also builds each index of the parent that the table has not; make them before, with the same columns, and they are adopted.',
    ],
    bad: `ALTER TABLE events ATTACH PARTITION events_2025_03 FOR VALUES FROM ('2025-03-01') TO ('2025-04-01');`,
    good: [
      `ALTER TABLE events_2025_03 ADD CONSTRAINT events_2025_03_bound
  CHECK (event_time >= '2025-03-01' AND event_time < '2025-04-01') NOT VALID;`,
      'ALTER TABLE events_2025_03 VALIDATE CONSTRAINT events_2025_03_bound;',
      `ALTER TABLE events ATTACH PARTITION events_2025_03 FOR VALUES FROM ('2025-03-01') TO ('2025-04-01');
ALTER TABLE events_2025_03 DROP CONSTRAINT events_2025_03_bound;`,
    ],
    links: [PARTITIONS],
  },
  'detach-blocks': {
    severity: 'lock',
    title: 'DETACH PARTITION without CONCURRENTLY',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the parent and the partition' },
    message:
      'The statement waits for every open transaction on {parent}, and all reads and writes of it wait behind it.',
    instead: '{sql}',
    variants: {
      default: {
        message:
          'The statement waits for every open transaction on {parent}, and all reads and writes of it wait behind it. CONCURRENTLY is impossible as long as {parent} has the default partition {other}.',
        instead:
          'Run it with a short lock_timeout and retries (gigarow migrate up does both): the detach itself takes a moment. Or empty {other}, drop it, and use CONCURRENTLY.',
      },
      refused: {
        message:
          '{parent} has the default partition {other}: PostgreSQL refuses to detach a partition CONCURRENTLY then.',
        instead:
          'ALTER TABLE {parent} DETACH PARTITION {partition};\n-- with a short lock_timeout and retries (gigarow migrate up does both): it locks the parent for a moment',
      },
    },
    why: [
      'DETACH takes the strongest lock on the parent. CONCURRENTLY waits for queries to end without holding others up; it runs in two transactions, so not together with other statements, and an interrupted one is ended by DETACH PARTITION … FINALIZE.',
      'Where the parent has a default partition CONCURRENTLY is refused. With `--database` the rule says so.',
    ],
    bad: 'ALTER TABLE events DETACH PARTITION events_2025_01;',
    good: ['ALTER TABLE events DETACH PARTITION events_2025_01 CONCURRENTLY;'],
    like: ['squawk require-concurrent-partition-detach (does not know default partitions)'],
    links: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DETACH-PARTITION'],
  },
  'default-partition': {
    severity: 'notice',
    title: 'A default partition',
    message:
      'With a default partition, partitions of {parent} cannot be detached CONCURRENTLY, and every new one has to read it under a lock.',
    instead: 'Make partitions well ahead of time, and let an INSERT without a home fail.',
    why: [
      'Rows that end up in the default partition have to be moved before the partition that they belong to can be made. What looks like a safety net makes all upkeep of partitions block.',
    ],
    bad: 'CREATE TABLE events_default PARTITION OF events DEFAULT;',
    good: [
      `CREATE TABLE events_2025_04 (LIKE events INCLUDING ALL EXCLUDING IDENTITY);
ALTER TABLE events ATTACH PARTITION events_2025_04 FOR VALUES FROM ('2025-04-01') TO ('2025-05-01');`,
    ],
    links: [PARTITIONS],
  },
})
