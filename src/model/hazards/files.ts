import { defineHazards } from './entry.ts'

const LOCK_TIMEOUT = 'https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-LOCK-TIMEOUT'

export const FILE_HAZARDS = defineHazards({
  'identifier-too-long': {
    severity: 'notice',
    title: 'A name of more than 63 bytes',
    message: 'PostgreSQL cuts {old} to {new}: two such names may become the same.',
    instead: 'Choose a name of at most 63 bytes.',
    why: ['The rest is dropped with a mere NOTICE. Tools that look for the full name later do not find it.'],
    bad: 'CREATE TABLE the_orders_of_all_customers_who_have_ever_bought_anything_in_our_shop (id bigint);',
    good: ['CREATE TABLE all_orders (id bigint);'],
    like: ['squawk identifier-too-long'],
    links: ['https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS'],
  },
  'uncommitted-transaction': {
    severity: 'lock',
    title: 'BEGIN without COMMIT',
    message: 'The transaction is never ended: when the session closes, all of it is rolled back.',
    instead: 'Write COMMIT at the end; or leave BEGIN out, gigarow migrate up opens a transaction itself.',
    why: ['The file runs without an error and leaves nothing behind.'],
    bad: 'BEGIN;\nCREATE TABLE visits (id bigint);',
    good: ['CREATE TABLE visits (id bigint);'],
    like: ['squawk ban-uncommitted-transaction'],
  },
  'transaction-nesting': {
    severity: 'notice',
    title: 'BEGIN within a transaction, or COMMIT without one',
    message: '{name}: the server warns and goes on, and what belongs together is not what it seems.',
    instead: 'Balance BEGIN and COMMIT, or leave both out: gigarow migrate up opens a transaction itself.',
    why: ['PostgreSQL has no nested transactions: the first COMMIT ends everything that was begun.'],
    bad: 'BEGIN;\nBEGIN;\nCREATE TABLE visits (id bigint);\nCOMMIT;',
    good: ['BEGIN;\nCREATE TABLE visits (id bigint);\nCOMMIT;'],
    like: ['squawk transaction-nesting'],
  },
  'lock-timeout-off': {
    severity: 'lock',
    title: 'lock_timeout set to 0',
    message:
      'From here on a statement waits for its lock for ever: behind an open transaction {table} is not locked yet, and everybody else waits behind the statement all the same.',
    instead: `SET lock_timeout = '1s';`,
    why: [
      'A statement that waits for a strong lock makes all later ones wait, too. gigarow migrate up sets lock_timeout and tries again; the file takes that back.',
      'What runs CONCURRENTLY waits without blocking anybody: for that, and for VALIDATE CONSTRAINT, 0 is right.',
    ],
    bad: 'SET lock_timeout = 0;\nALTER TABLE orders ADD COLUMN paid boolean;',
    good: [
      `SET lock_timeout = 0;\nCREATE INDEX CONCURRENTLY orders_customer_idx ON orders (customer_id);\nRESET lock_timeout;\nSET lock_timeout = '1s';\nALTER TABLE orders ADD COLUMN paid boolean;`,
    ],
    links: [LOCK_TIMEOUT],
  },
  'missing-lock-timeout': {
    severity: 'notice',
    off: true,
    title: 'No lock_timeout',
    message:
      '{table} is locked and no lock_timeout is set: behind an open transaction the statement waits for as long as that lasts, and everybody else behind it.',
    instead: `SET lock_timeout = '1s';`,
    why: [
      'A statement that waits for a strong lock makes all later ones wait, too, even those that get along with each other.',
      'Off by default: `gigarow migrate up` sets lock_timeout itself and tries again. Turn it on for files that other tools run.',
    ],
    bad: 'ALTER TABLE orders ADD COLUMN paid boolean;',
    good: [
      `SET lock_timeout = '1s';\nSET statement_timeout = '5s';\nALTER TABLE orders ADD COLUMN paid boolean;`,
    ],
    like: ['squawk require-lock-timeout', 'squawk require-timeout-settings'],
    links: [LOCK_TIMEOUT],
  },
  'missing-statement-timeout': {
    severity: 'notice',
    off: true,
    title: 'No statement_timeout',
    message:
      '{table} is locked and no statement_timeout is set: if the statement takes longer than thought, nothing ends it.',
    instead: `SET statement_timeout = '5s';`,
    why: ['Off by default: `gigarow migrate up` sees to it itself.'],
    bad: 'ALTER TABLE orders ADD COLUMN paid boolean;',
    good: [
      `SET lock_timeout = '1s';\nSET statement_timeout = '5s';\nALTER TABLE orders ADD COLUMN paid boolean;`,
    ],
    like: ['squawk require-statement-timeout', 'squawk require-timeout-settings'],
    links: [LOCK_TIMEOUT],
  },
  'missing-schema': {
    severity: 'notice',
    off: true,
    title: 'A name without its schema',
    message: 'In which schema {name} is depends on the search_path of whoever runs this.',
    instead: 'Write public.{name}, or the schema that is meant.',
    why: ['Off by default. What `gigarow generate` writes always names the schema.'],
    bad: 'CREATE TABLE visits (id bigint);',
    good: ['CREATE TABLE public.visits (id bigint);'],
    like: ['squawk require-table-schema'],
  },
  'not-repeatable': {
    severity: 'notice',
    off: true,
    title: 'A statement that fails when it is run again',
    message:
      '{kind} runs outside of a transaction and has no {name}: when a later statement fails, the file cannot be run again.',
    instead: 'Add {name}.',
    why: [
      'Off by default: `gigarow migrate up` keeps a journal and goes on at the statement where it stopped. For an index see index-if-not-exists.',
    ],
    bad: `CREATE TABLE visits (id bigint);
CREATE INDEX CONCURRENTLY orders_customer_idx ON orders (customer_id);`,
    good: ['CREATE TABLE IF NOT EXISTS visits (id bigint);'],
    like: ['squawk prefer-robust-stmts'],
  },
  'unused-allow': {
    severity: 'notice',
    title: 'An allowance that allows nothing',
    message: 'The statement below has no finding of the rule {name}.',
    instead: 'Remove it from the comment.',
    variants: {
      unknown: {
        message: 'There is no rule {name}.',
        instead: 'Did you mean {new}? Or remove it from the comment.',
      },
    },
    why: ['An allowance that is left behind hides the next mistake.'],
    bad: '-- gigarow: allow drop-table\nSELECT 1;',
    good: ['SELECT 1;'],
    like: ['squawk unused-ignore'],
  },
})
