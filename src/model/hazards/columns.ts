import { defineHazards } from './entry.ts'

const ALTER_TABLE = 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES'

export const COLUMN_HAZARDS = defineHazards({
  'drop-column': {
    severity: 'drop',
    title: 'DROP COLUMN',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the table, for a moment' },
    message: 'Everything in {table}.{column} is lost, and programs that still name the column fail.',
    instead:
      'Drop it in a migration of its own once no program that runs reads or writes it; then allow it: -- gigarow: allow drop-column',
    why: [
      'The statement is over in a moment, and the values cannot be brought back. During a deployment the old version of a program is still running: it goes on naming the column.',
    ],
    bad: 'ALTER TABLE orders DROP COLUMN status;',
    good: [
      `-- gigarow: allow drop-column since 4.2 nothing reads it
ALTER TABLE orders DROP COLUMN status;`,
    ],
    like: ['squawk ban-drop-column', 'strong_migrations'],
    links: [ALTER_TABLE],
  },
  'add-required-column': {
    severity: 'lock',
    title: 'A new column that is NOT NULL and has no default',
    message:
      'The statement fails if {table} holds a single row; and programs that do not know {column} yet cannot insert any more.',
    instead: '{sql}',
    why: [
      'The rows that are there have no value for the column. A default that is the same for all rows costs nothing: it is kept in the catalog (PostgreSQL 11 and later).',
    ],
    bad: 'ALTER TABLE orders ADD COLUMN source text NOT NULL;',
    good: [`ALTER TABLE orders ADD COLUMN source text NOT NULL DEFAULT 'unknown';`],
    like: ['squawk adding-required-field', 'squawk adding-not-nullable-field'],
    links: [ALTER_TABLE],
  },
  'volatile-default': {
    severity: 'lock',
    title: 'A new column whose default differs from row to row',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the table' },
    message:
      'Nobody can read or write {table} while it is written anew with a value of {column} for each row, and its indexes with it.',
    instead: '{sql}',
    why: [
      'A constant, or a function that gives the same for the whole statement such as now(), is computed once and kept in the catalog. A volatile one (random(), gen_random_uuid(), clock_timestamp(), nextval()) has to be computed for every row, which writes the table and its indexes anew under the strongest lock.',
      'Added first and given its default afterwards, the column is empty in old rows and filled in new ones; old rows are then filled in batches.',
    ],
    bad: 'ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid();',
    good: [
      `ALTER TABLE orders ADD COLUMN token uuid;
ALTER TABLE orders ALTER COLUMN token SET DEFAULT gen_random_uuid();`,
      'UPDATE orders SET token = gen_random_uuid() WHERE id BETWEEN 1 AND 10000 AND token IS NULL;',
    ],
    like: ['squawk adding-field-with-default', 'strong_migrations'],
    links: [ALTER_TABLE],
  },
  'stored-generated-column': {
    severity: 'lock',
    title: 'A new column GENERATED … STORED',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the table' },
    message: 'Nobody can read or write {table} while it is written anew with {column} in each row.',
    instead: `Add a plain column, fill it for new rows by a trigger and for old ones in batches.`,
    variants: {
      18: {
        instead:
          '{sql}\n-- VIRTUAL is computed when it is read. If it must be stored: a plain column, a trigger for new rows, old ones in batches.',
      },
    },
    why: [
      'A stored value has to be written into every row at once. A virtual column (PostgreSQL 18) is computed when it is read and costs nothing to add.',
    ],
    bad: 'ALTER TABLE orders ADD COLUMN gross numeric GENERATED ALWAYS AS (total * 1.19) STORED;',
    good: ['ALTER TABLE orders ADD COLUMN gross numeric GENERATED ALWAYS AS (total * 1.19) VIRTUAL;'],
    since: 18,
    like: ['squawk adding-field-with-default', 'strong_migrations'],
    links: ['https://www.postgresql.org/docs/current/ddl-generated-columns.html'],
  },
  'add-serial-column': {
    severity: 'lock',
    title: 'A new column that counts up',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the table' },
    message:
      'Nobody can read or write {table} while it is written anew with a number in {column} for each row, and its indexes with it.',
    instead: '{sql}',
    why: [
      'serial and identity columns take their values from a sequence, one for each row, so the table has to be written anew.',
      'A plain column with a sequence of its own numbers new rows from the start; old rows are filled in batches.',
    ],
    bad: 'ALTER TABLE orders ADD COLUMN number bigserial;',
    good: [
      `CREATE SEQUENCE orders_number_seq;
ALTER TABLE orders ADD COLUMN number bigint;
ALTER TABLE orders ALTER COLUMN number SET DEFAULT nextval('orders_number_seq');
ALTER SEQUENCE orders_number_seq OWNED BY orders.number;`,
      `UPDATE orders SET number = nextval('orders_number_seq') WHERE id BETWEEN 1 AND 10000 AND number IS NULL;`,
    ],
    like: ['squawk adding-serial-primary-key-field', 'strong_migrations'],
    links: [ALTER_TABLE],
  },
  'change-type': {
    severity: 'lock',
    title: 'A column’s type that is changed',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the table' },
    message:
      'Nobody can read or write {table} while it is written anew with {column} as {new} instead of {old}, and its indexes with it.',
    instead: '{sql}',
    variants: {
      unknown: {
        message:
          'Unless the old type is stored in the same way, nobody can read or write {table} while it is written anew with {column} as {new}, and its indexes with it.',
      },
      timezone: {
        message:
          'Between {old} and {new} PostgreSQL keeps the rows of {table} only where the session’s TimeZone is UTC; its indexes on {column} are built anew in any case. Nobody can read or write {table} meanwhile.',
      },
    },
    why: [
      'Most changes write the table and its indexes anew under the strongest lock. These do not: varchar(n) to a longer varchar, to varchar or to text; text to varchar; numeric(p,s) to more digits with the same scale, or to numeric; timestamp, timestamptz and time to a higher precision; varbit(n) to a longer one; cidr to inet.',
      'For the others: a new column, a trigger that keeps it in step for new and changed rows, old rows in batches, then the programs move over and the old column goes.',
      '`gigarow generate --online-types` writes all of that, and `gigarow diff --apply --online-types` does it, for plain tables without triggers; of others the plan says why not.',
      'With `--database`, or when the table is made by an earlier file, the rule knows the old type.',
    ],
    bad: 'ALTER TABLE orders ALTER COLUMN placed_at TYPE date;',
    good: [
      `ALTER TABLE orders ADD COLUMN placed_on date;
CREATE FUNCTION orders_placed_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.placed_on := NEW.placed_at;
  RETURN NEW;
END $$;
CREATE TRIGGER orders_placed_on BEFORE INSERT OR UPDATE ON orders
  FOR EACH ROW EXECUTE FUNCTION orders_placed_on();`,
      'UPDATE orders SET placed_on = placed_at WHERE id BETWEEN 1 AND 10000 AND placed_on IS NULL;',
    ],
    like: ['squawk changing-column-type', 'strong_migrations'],
    links: [ALTER_TABLE],
  },
  'rename-column': {
    severity: 'drop',
    title: 'A column that is renamed',
    message: 'From now on every program that names {table}.{old} fails, until it knows {new}.',
    instead:
      'Keep the name in the database and change it in the program (in Drizzle: a key that differs from the column’s name). Else add {new}, keep both in step by a trigger, move the programs over, then drop {old}.',
    why: [
      'No rows are lost and the lock is short. But there is no moment at which both the old and the new version of a program work.',
    ],
    bad: 'ALTER TABLE orders RENAME COLUMN total TO amount;',
    good: ['ALTER TABLE orders ADD COLUMN amount numeric(10,2);'],
    like: ['squawk renaming-column', 'strong_migrations'],
  },
})
