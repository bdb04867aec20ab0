import { defineHazards } from './entry.ts'

export const OBJECT_HAZARDS = defineHazards({
  'drop-table': {
    severity: 'drop',
    title: 'DROP TABLE',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the table; of a partition: its parent, too' },
    message: 'All rows of {table} are lost.',
    instead:
      'Take it out of use first: ALTER TABLE {table} RENAME TO …, and drop it later; then allow it: -- gigarow: allow drop-table',
    variants: {
      partition: {
        message:
          'All rows of {table} are lost; and dropping a partition locks {parent} against reads and writes.',
        instead:
          'ALTER TABLE {parent} DETACH PARTITION {table} CONCURRENTLY;\n-- later, when nobody asks for it any more:\nDROP TABLE {table};',
      },
      leaf: {
        message: 'The partition {table} is dropped with all its rows.',
        instead: 'To keep them, detach it and leave it as a table of its own.',
      },
    },
    why: [
      'What is dropped is gone for good. Renamed or detached, it can be brought back as long as somebody may miss it.',
    ],
    bad: 'DROP TABLE orders CASCADE;',
    good: ['-- gigarow: allow drop-table was moved to the archive\nDROP TABLE customers;'],
    like: ['squawk ban-drop-table', 'strong_migrations create_table force'],
    links: ['https://www.postgresql.org/docs/current/sql-droptable.html'],
  },
  'drop-matview': {
    severity: 'drop',
    title: 'DROP MATERIALIZED VIEW',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the view' },
    message: 'What {name} holds is lost: it has to be computed anew, and programs that read it fail.',
    instead: 'Build its successor beside it, move the programs over, then drop it.',
    variants: {
      missing: {
        severity: 'lock',
        message:
          '{name} stands in the way of a change of what it reads: it is missing, and queries on it fail, until that is done and it is {kind}.',
        instead:
          'Give what changes a new name, build the successor of {name} over it, move the programs over, then drop the old ones.',
      },
    },
    why: ['Its rows can be computed again, which may take hours; until then there is nothing to read.'],
    bad: 'DROP MATERIALIZED VIEW totals;',
    good: ['-- gigarow: allow drop-matview nothing reads it\nDROP MATERIALIZED VIEW totals;'],
  },
  'drop-schema': {
    severity: 'drop',
    title: 'DROP SCHEMA or DROP OWNED',
    message: 'Everything in {name} is lost.',
    instead: 'Drop the objects one by one, so that it can be read what goes.',
    why: ['With CASCADE the statement takes along whatever somebody has put there, seen or not.'],
    given: 'CREATE SCHEMA old;',
    bad: 'DROP SCHEMA old CASCADE;',
    good: ['-- gigarow: allow drop-schema it is empty\nDROP SCHEMA old;'],
    like: ['squawk ban-drop-table'],
  },
  'drop-cascade': {
    severity: 'drop',
    title: 'DROP … CASCADE',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'every table of which something goes along' },
    message:
      'With {name} goes all that depends on it, whether this file names it or not: columns with their values, defaults, constraints, views, functions.',
    instead:
      'Leave CASCADE out: the server then refuses and lists what depends on it. Drop each of that by a statement of its own, before this one.',
    why: [
      'CASCADE drops what depends on the dropped object, and what depends on that, without asking. A type takes the columns of that type along, with the values in every row; a function or a sequence takes the defaults that call it; a view takes the views over it; a key takes the foreign keys that point at it.',
      'What depends on it differs from database to database: what was harmless on the one where it was tried may not be on the next.',
    ],
    bad: 'DROP TYPE mood CASCADE;',
    given: 'ALTER TABLE orders ADD COLUMN feeling mood;',
    good: [
      `-- gigarow: allow drop-column no program reads it
ALTER TABLE orders DROP COLUMN feeling;
-- gigarow: allow drop-type nothing names it
DROP TYPE mood;`,
    ],
    links: ['https://www.postgresql.org/docs/current/ddl-depend.html'],
  },
  'drop-extension': {
    severity: 'drop',
    title: 'DROP EXTENSION',
    message:
      'All that belongs to the extension {name} is lost: its functions and types, and its tables with their rows.',
    instead:
      'Look first at what it has: \\dx+ {name} in psql. Save the rows of its tables, then allow it: -- gigarow: allow drop-extension',
    why: [
      'Without CASCADE the statement fails where a column has one of its types or an index one of its methods. Nothing guards the rows of its own tables (jobs, settings, reference data), and nothing guards programs that call its functions.',
    ],
    bad: 'DROP EXTENSION hstore;',
    good: [],
    links: ['https://www.postgresql.org/docs/current/sql-dropextension.html'],
  },
  'disable-triggers': {
    severity: 'drop',
    title: 'DISABLE TRIGGER ALL',
    lock: { mode: 'SHARE ROW EXCLUSIVE', on: 'the table' },
    message:
      'Until they are enabled again nothing checks the foreign keys of {table}: rows may lose what they point at, and that is never checked later.',
    instead: 'ALTER TABLE {table} DISABLE TRIGGER USER;',
    why: [
      'Foreign keys are triggers. ALL switches them off for everybody, not only for the session that asks; enabling them again checks none of the rows written meanwhile, and the constraint goes on calling itself valid. USER leaves those of constraints alone.',
    ],
    bad: 'ALTER TABLE orders DISABLE TRIGGER ALL;',
    good: ['ALTER TABLE orders DISABLE TRIGGER USER;'],
    links: ['https://www.postgresql.org/docs/current/sql-altertable.html'],
  },
  'drop-database': {
    severity: 'drop',
    title: 'DROP DATABASE',
    message: 'The database {name} is lost with all that is in it.',
    instead: 'No migration should do this. Do it by hand, after a backup.',
    why: ['A migration runs on every database it is given, also on the one it was not meant for.'],
    bad: 'DROP DATABASE shop;',
    good: [],
    like: ['squawk ban-drop-database'],
  },
  truncate: {
    severity: 'drop',
    title: 'TRUNCATE',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the table' },
    message: 'All rows of {table} are lost.',
    instead: 'Delete what is to go in batches: DELETE FROM {table} WHERE … BETWEEN … AND …',
    variants: {
      cascade: {
        message:
          'All rows of {table} are lost, and with CASCADE all rows of every table that points at it by a foreign key, whether this file names it or not.',
        instead: 'Name the tables that are to be emptied, without CASCADE.',
      },
    },
    why: [
      'TRUNCATE empties a table whatever is in it, and waits for a lock that nobody else may hold meanwhile.',
      'CASCADE follows foreign keys to tables that may hold what nobody wanted to lose.',
    ],
    bad: 'TRUNCATE customers CASCADE;',
    good: ['-- gigarow: allow truncate staging only\nTRUNCATE customers, orders;'],
    like: ['squawk ban-truncate-cascade'],
    links: ['https://www.postgresql.org/docs/current/sql-truncate.html'],
  },
  'rename-table': {
    severity: 'drop',
    title: 'A table that is renamed or moved to another schema',
    message: 'From now on every program that names {old} fails, until it knows {new}.',
    instead: '{sql}',
    why: [
      'There is no moment at which both the old and the new version of a program work. A view with the old name, made in the same transaction, lets old programs go on: a simple view can be read and written like the table.',
    ],
    bad: 'ALTER TABLE customers RENAME TO clients;',
    good: [
      `ALTER TABLE customers RENAME TO clients;
CREATE VIEW customers AS SELECT * FROM clients;`,
    ],
    like: ['squawk renaming-table', 'strong_migrations'],
  },
  'rename-schema': {
    severity: 'drop',
    title: 'A schema that is renamed',
    message: 'From now on every program that names {old} fails, until it knows {new}.',
    instead: 'Make {new}, move programs and tables over one by one, and drop {old} when it is empty.',
    why: ['All objects of the schema change their names at once.'],
    given: 'CREATE SCHEMA old;',
    bad: 'ALTER SCHEMA old RENAME TO archive;',
    good: ['CREATE SCHEMA archive;'],
    like: ['strong_migrations'],
  },
  'rewrite-table': {
    severity: 'lock',
    title: 'A table that is written anew',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the table' },
    message: '{kind}: nobody can read or write {table} while it and its indexes are written anew.',
    instead:
      'Make a new table in the new form, copy the rows in batches while a trigger keeps it in step, then swap the names; or allow it at a time when the table may stand still.',
    why: [
      'SET LOGGED, SET UNLOGGED, SET TABLESPACE, SET ACCESS METHOD and a new expression of a stored generated column copy every row under the strongest lock.',
    ],
    bad: 'ALTER TABLE orders SET UNLOGGED;',
    good: [],
    links: ['https://www.postgresql.org/docs/current/sql-altertable.html'],
  },
  'vacuum-full': {
    severity: 'lock',
    title: 'VACUUM FULL or CLUSTER',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the table' },
    message: '{kind}: nobody can read or write {table} while it and its indexes are written anew.',
    instead: '{sql}',
    why: [
      'Both copy the table and need room for a second one. A plain VACUUM makes the room of dead rows usable again without blocking. To give it back to the disk: the extensions pg_repack or pg_squeeze, or REPACK (CONCURRENTLY) of PostgreSQL 19.',
    ],
    bad: 'VACUUM FULL orders;',
    good: ['VACUUM (ANALYZE) orders;'],
    like: ['squawk prefer-repack'],
    links: ['https://www.postgresql.org/docs/current/sql-vacuum.html', 'https://reorg.github.io/pg_repack/'],
  },
  'refresh-blocks-reads': {
    severity: 'lock',
    title: 'REFRESH MATERIALIZED VIEW without CONCURRENTLY',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the view' },
    message: 'Nobody can read {name} until its query has been computed.',
    instead:
      '{sql}\n-- It needs a unique index of plain columns, without WHERE, on the view, and the view must hold data.',
    why: [
      'CONCURRENTLY computes the new rows beside the old ones and applies the difference; readers see the old ones meanwhile. It needs a unique index.',
    ],
    bad: 'REFRESH MATERIALIZED VIEW totals;',
    good: ['REFRESH MATERIALIZED VIEW CONCURRENTLY totals;'],
    links: ['https://www.postgresql.org/docs/current/sql-refreshmaterializedview.html'],
  },
  'lock-table': {
    severity: 'lock',
    title: 'LOCK TABLE',
    message: '{table} stays locked in {mode} MODE until the transaction ends.',
    instead: 'Leave it out: each statement takes the lock that it needs.',
    variants: {
      moves: {
        message:
          'Nobody can write to {table} while rows are moved ({name}); reads go on. A transaction that has read {table} and then wants to write to it is ended with a deadlock, or ends the move, of which then nothing stays.',
        instead: 'Do it when few write, or in smaller steps: one bound at a time.',
      },
      lateMoves: {
        message:
          'Nobody can read or write {table} while rows are moved ({name}): they go to a partition that is there already, which takes rows of its new bound only when it is detached.',
        instead: 'Give those rows a new partition of their own: then reads go on.',
      },
      spills: {
        message: 'Nobody can read or write {table} while {name} is read for rows that only {other} takes.',
        instead: 'Declare partitions for all of its bound: then reads go on.',
      },
    },
    why: [
      'A lock that is taken before it is needed is held longer. Where an order of locks has to be kept, keep the transaction short.',
    ],
    bad: 'LOCK TABLE orders IN ACCESS EXCLUSIVE MODE;',
    good: [],
    links: ['https://www.postgresql.org/docs/current/explicit-locking.html'],
  },
  'rename-enum-value': {
    severity: 'drop',
    title: 'A value of an enum that is renamed',
    message: 'From now on every program that writes {old} of {type} fails, and nobody reads it any more.',
    instead: 'ALTER TYPE {type} ADD VALUE {new};\n-- move the programs over, then change the rows in batches',
    why: ['Programs that know the old value can neither write it nor understand the new one.'],
    bad: `ALTER TYPE mood RENAME VALUE 'sad' TO 'blue';`,
    good: [`ALTER TYPE mood ADD VALUE 'blue' AFTER 'sad';`],
    like: ['strong_migrations'],
  },
  'enum-value-order': {
    severity: 'notice',
    title: 'A new value of an enum without its place',
    message: 'The new value {name} of {type} sorts behind all others, and that cannot be changed later.',
    instead: '{sql}',
    why: [
      'Enums sort in the order of their declaration. Saying BEFORE or AFTER shows that it was thought of.',
    ],
    bad: `ALTER TYPE mood ADD VALUE 'glad';`,
    good: [`ALTER TYPE mood ADD VALUE 'glad' AFTER 'happy';`],
    like: ['squawk require-enum-value-ordering'],
    links: ['https://www.postgresql.org/docs/current/sql-altertype.html'],
  },
})
