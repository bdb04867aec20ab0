import { defineHazards } from './entry.ts'

const ALTER_TABLE = 'https://www.postgresql.org/docs/current/sql-altertable.html'

export const CONSTRAINT_HAZARDS = defineHazards({
  'foreign-key-scans': {
    severity: 'lock',
    title: 'A foreign key that is checked while it is added',
    lock: { mode: 'SHARE ROW EXCLUSIVE', on: 'both tables' },
    message: 'Nobody can write to {table} or {other} until every row of {table} is looked up in {other}.',
    instead: '{sql}',
    variants: {
      partitioned: {
        message:
          'Nobody can write to {table} or {other} until every row of {table} is looked up in {other}; and NOT VALID is refused for a partitioned table before PostgreSQL 18.',
      },
      refused: {
        message:
          '{table} is partitioned: before PostgreSQL 18 the server refuses a foreign key with NOT VALID on it.',
      },
    },
    why: [
      'ADD FOREIGN KEY keeps writers out of both tables while it joins them. With NOT VALID it is over in a moment: new rows are checked from then on, old ones are not.',
      'VALIDATE CONSTRAINT checks the old rows and lets reads and writes go on. It needs a transaction of its own, or the lock of the first statement is held until the second one ends; `gigarow migrate up` gives it one.',
      'For a partitioned table NOT VALID works from PostgreSQL 18. Before, give each partition the key with NOT VALID and validate it; the key of the parent then takes over those of the partitions and reads no rows.',
    ],
    bad: 'ALTER TABLE orders ADD CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id);',
    good: [
      'ALTER TABLE orders ADD CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;',
      'ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_fk;',
    ],
    like: [
      'squawk adding-foreign-key-constraint',
      'squawk constraint-missing-not-valid',
      'strong_migrations',
    ],
    links: [ALTER_TABLE],
  },
  'check-scans': {
    severity: 'lock',
    title: 'A CHECK that is proved while it is added',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the table' },
    message: 'Nobody can read or write {table} until every row is checked.',
    instead: '{sql}',
    why: [
      'ADD CHECK takes the strongest lock there is and reads the whole table under it. With NOT VALID it only notes the rule, which then holds for new rows.',
      'VALIDATE CONSTRAINT reads the old rows while others read and write. It needs a transaction of its own, or the lock of the first statement is held until the second one ends; `gigarow migrate up` gives it one.',
    ],
    bad: 'ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0);',
    good: [
      'ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;',
      'ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;',
    ],
    like: ['squawk constraint-missing-not-valid', 'strong_migrations'],
    links: [ALTER_TABLE],
  },
  'validate-with-add': {
    severity: 'lock',
    title: 'VALIDATE in the transaction that added the constraint',
    message:
      'The lock on {table} that adding {constraint} took is held while VALIDATE reads every row: NOT VALID gains nothing here.',
    instead: '-- after COMMIT:\nALTER TABLE {table} VALIDATE CONSTRAINT {constraint};',
    why: [
      'Locks are held until their transaction ends, so what is added with NOT VALID has to be validated in another one. Without BEGIN and COMMIT, `gigarow migrate up` sees to that: VALIDATE CONSTRAINT always gets a transaction of its own.',
    ],
    bad: `BEGIN;
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;
COMMIT;`,
    good: [
      `ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;`,
    ],
    like: ['strong_migrations'],
    links: [ALTER_TABLE],
  },
  'unique-builds-index': {
    severity: 'lock',
    title: 'UNIQUE or PRIMARY KEY that builds its index under a lock',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the table' },
    message: 'Nobody can read or write {table} until the index of the {kind} constraint is built.',
    instead: '{sql}',
    variants: {
      partitioned: {
        message:
          '{table} is partitioned: nobody can read or write it or any of its partitions until the index of the {kind} constraint is built on all of them. USING INDEX is refused for it.',
      },
    },
    why: [
      'The index can be built CONCURRENTLY before, and becomes the constraint’s with USING INDEX, in a moment. The columns of a primary key should be NOT NULL before, or they are checked under the lock.',
      'A partitioned table takes no USING INDEX: ALTER TABLE ONLY gives the parent a constraint whose index is invalid; each partition gets its own as a plain table does, and attaches its index.',
    ],
    bad: 'ALTER TABLE customers ADD CONSTRAINT customers_email_key UNIQUE (email);',
    good: [
      `CREATE UNIQUE INDEX CONCURRENTLY customers_email_key ON customers (email);
ALTER TABLE customers ADD CONSTRAINT customers_email_key UNIQUE USING INDEX customers_email_key;`,
    ],
    like: [
      'squawk disallowed-unique-constraint',
      'squawk adding-serial-primary-key-field',
      'strong_migrations',
    ],
    links: [ALTER_TABLE],
  },
  'primary-key-nullable': {
    severity: 'lock',
    title: 'A primary key on columns that may be null',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the table' },
    message:
      'The primary key makes {table}.{column} NOT NULL: nobody can read or write {table} while every row is checked.',
    instead: '{sql}',
    why: [
      'USING INDEX builds nothing, but the columns of a primary key become NOT NULL, and for those that were not the whole table is read under the lock. A validated CHECK (… IS NOT NULL) saves that.',
    ],
    given: 'CREATE TABLE codes (code text);',
    bad: `CREATE UNIQUE INDEX CONCURRENTLY codes_pkey ON codes (code);
ALTER TABLE codes ADD CONSTRAINT codes_pkey PRIMARY KEY USING INDEX codes_pkey;`,
    good: [
      'ALTER TABLE codes ADD CONSTRAINT codes_code_check CHECK (code IS NOT NULL) NOT VALID;',
      'ALTER TABLE codes VALIDATE CONSTRAINT codes_code_check;',
      `CREATE UNIQUE INDEX CONCURRENTLY codes_pkey ON codes (code);
ALTER TABLE codes ADD CONSTRAINT codes_pkey PRIMARY KEY USING INDEX codes_pkey;
ALTER TABLE codes DROP CONSTRAINT codes_code_check;`,
    ],
    links: [ALTER_TABLE],
  },
  'exclusion-constraint': {
    severity: 'lock',
    title: 'An exclusion constraint on a table in use',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the table' },
    message:
      'Nobody can read or write {table} until the index is built and every row compared. There is no form of it that does not block.',
    instead:
      'Add it while the table is empty; else make a new table with the constraint, copy the rows in batches and swap the names.',
    why: [
      'An exclusion constraint can be neither NOT VALID nor made from an index that is there, so the build always happens under the lock.',
    ],
    given:
      'CREATE EXTENSION IF NOT EXISTS btree_gist;\nCREATE TABLE bookings (room integer, during tstzrange);',
    bad: 'ALTER TABLE bookings ADD CONSTRAINT bookings_excl EXCLUDE USING gist (during WITH &&);',
    good: [
      `CREATE TABLE bookings_new (room integer, during tstzrange,
  CONSTRAINT bookings_new_excl EXCLUDE USING gist (during WITH &&));`,
    ],
    like: ['strong_migrations'],
    links: ['https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-EXCLUDE'],
  },
  'not-null-scans': {
    severity: 'lock',
    title: 'SET NOT NULL',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the table' },
    message: 'Nobody can read or write {table} until every row is checked for a null in {column}.',
    instead: `ALTER TABLE {table} ADD CONSTRAINT {constraint} CHECK ({column} IS NOT NULL) NOT VALID;
-- in the next migration:
ALTER TABLE {table} VALIDATE CONSTRAINT {constraint};
-- in the one after it; no row is read, because the check proves it:
ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL;
ALTER TABLE {table} DROP CONSTRAINT {constraint};`,
    variants: {
      18: {
        instead: `ALTER TABLE {table} ADD CONSTRAINT {constraint} NOT NULL {column} NOT VALID;
-- in the next migration:
ALTER TABLE {table} VALIDATE CONSTRAINT {constraint};`,
      },
    },
    why: [
      'SET NOT NULL reads the whole table under the strongest lock, unless a valid CHECK (column IS NOT NULL) proves that there is no null. Such a check can be added NOT VALID and validated while others read and write.',
      'PostgreSQL 18 has NOT NULL … NOT VALID, which says the same in two statements.',
      'With `--database` the rule knows the checks that are there and keeps silent.',
    ],
    bad: 'ALTER TABLE orders ALTER COLUMN customer_id SET NOT NULL;',
    good: [
      'ALTER TABLE orders ADD CONSTRAINT orders_customer_id_check CHECK (customer_id IS NOT NULL) NOT VALID;',
      'ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_id_check;',
      `ALTER TABLE orders ALTER COLUMN customer_id SET NOT NULL;
ALTER TABLE orders DROP CONSTRAINT orders_customer_id_check;`,
    ],
    like: ['squawk adding-not-nullable-field', 'strong_migrations'],
    links: [ALTER_TABLE],
  },
  'drop-not-null': {
    severity: 'notice',
    title: 'DROP NOT NULL',
    message: 'From now on {table}.{column} may be null: programs that read it may not expect that.',
    instead: 'Make sure first that everything that reads the column can take a null.',
    why: ['It costs nothing on the server, but it cannot be taken back once there are nulls.'],
    bad: 'ALTER TABLE events ALTER COLUMN id DROP NOT NULL;',
    good: [],
    like: ['squawk ban-drop-not-null'],
    links: [ALTER_TABLE],
  },
  'domain-constraint-scans': {
    severity: 'lock',
    title: 'A constraint added to a domain',
    lock: { mode: 'SHARE', on: 'every table that has a column of the domain' },
    message:
      'Nobody can write to any table that has a column of the domain {name} until every row of all of them is checked.',
    instead: '{sql}',
    why: [
      'A domain may be used by many tables; all of them are locked and read. With NOT VALID the rule holds for new values only. VALIDATE still takes the SHARE lock, so a CHECK on each column, NOT VALID and validated, is the way that never blocks.',
    ],
    bad: 'ALTER DOMAIN percent ADD CONSTRAINT percent_check CHECK (VALUE BETWEEN 0 AND 100);',
    good: ['ALTER DOMAIN percent ADD CONSTRAINT percent_check CHECK (VALUE BETWEEN 0 AND 100) NOT VALID;'],
    like: ['squawk ban-alter-domain-with-add-constraint'],
    links: ['https://www.postgresql.org/docs/current/sql-alterdomain.html'],
  },
  'domain-with-constraint': {
    severity: 'notice',
    title: 'A domain with a constraint',
    message:
      'To change the rule of the domain {name} later, every table that uses it has to be read under a lock.',
    instead: 'Use the plain type, and a CHECK on the column: that can be replaced without blocking.',
    why: [
      'The constraint of a domain belongs to all columns of the type at once. Adding a column of such a type to a table that is in use writes the whole table anew.',
    ],
    bad: 'CREATE DOMAIN age AS integer CHECK (VALUE >= 0);',
    good: ['CREATE DOMAIN age AS integer;'],
    like: ['squawk ban-create-domain-with-constraint'],
    links: ['https://www.postgresql.org/docs/current/sql-createdomain.html'],
  },
})
