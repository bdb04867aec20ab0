import { defineHazards } from './entry.ts'

/** Dropped and made anew, and between the two is a statement that runs alone. Only a plan can know. */
export const missing = (what: string, missed: string) => ({
  severity: 'lock' as const,
  message: `The ${what} {name} is dropped, and ${missed} until it is made anew, which is after another statement that cannot run in the same transaction: {sql}.`,
  instead: 'make that change in a plan of its own, before this one or after it.',
})

/** What goes without taking rows along. */
export const DROPPED_HAZARDS = defineHazards({
  'drop-view': {
    severity: 'notice',
    title: 'DROP VIEW',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the view' },
    message: 'The view {name} is dropped: queries that still use it fail. No rows are lost.',
    instead: 'drop it when no program asks for it any more.',
    variants: { missing: missing('view', 'queries on it fail') },
    why: ['Programs of the release before this one still ask for it while they run. Its grants go with it.'],
    given: 'CREATE VIEW paid AS SELECT id FROM orders;',
    bad: 'DROP VIEW paid;',
    good: ['-- gigarow: allow drop-view nothing reads it\nDROP VIEW paid;'],
  },
  'drop-routine': {
    severity: 'notice',
    title: 'DROP FUNCTION or DROP PROCEDURE',
    message:
      'The {kind} {name} is dropped: what still calls it in text (other functions, applications) fails.',
    instead: 'drop it when nothing calls it any more.',
    variants: { missing: missing('routine', 'what calls it fails') },
    why: [
      'The server knows of defaults, views and indexes that call it and refuses; the bodies of other functions and the SQL of programs it does not know.',
    ],
    given: "CREATE FUNCTION half(n bigint) RETURNS bigint LANGUAGE sql AS 'SELECT n / 2';",
    bad: 'DROP FUNCTION half(bigint);',
    good: ['-- gigarow: allow drop-routine nothing calls it\nDROP FUNCTION half(bigint);'],
  },
  'drop-sequence': {
    severity: 'drop',
    title: 'DROP SEQUENCE',
    message: 'The sequence {name} is lost, and with it the number that it stands at.',
    instead: 'note SELECT last_value FROM {name} first, if somebody may need it.',
    why: ['Made anew it begins at 1 again, and gives out numbers that are in use.'],
    given: 'CREATE SEQUENCE tickets;',
    bad: 'DROP SEQUENCE tickets;',
    good: ['-- gigarow: allow drop-sequence nobody draws from it\nDROP SEQUENCE tickets;'],
  },
  'drop-type': {
    severity: 'notice',
    title: 'DROP TYPE or DROP DOMAIN',
    message: 'The type {name} is dropped: programs that still cast to it or bind values of it fail.',
    instead: 'drop it when no program names it any more.',
    why: ['The server refuses while a column has the type. Casts in the SQL of programs it does not know.'],
    bad: 'DROP TYPE mood;',
    good: ['-- gigarow: allow drop-type nothing names it\nDROP TYPE mood;'],
  },
  'drop-constraint': {
    severity: 'notice',
    title: 'DROP CONSTRAINT',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the table; of a foreign key: the table that it points at, too' },
    message:
      'Nothing keeps the rows of {table} to {constraint} from now on: those that break it stand in the way when it is wanted back. With a key goes its index, and ON CONFLICT that names its columns fails.',
    instead:
      'where it is only to be replaced, add the new one first (NOT VALID, then VALIDATE; a key USING INDEX).',
    why: [
      'The statement itself takes a moment. Adding the constraint again reads every row, and builds the index of a key anew.',
    ],
    bad: 'ALTER TABLE orders DROP CONSTRAINT orders_pkey;',
    good: [
      '-- gigarow: allow drop-constraint its successor is there\nALTER TABLE orders DROP CONSTRAINT orders_pkey;',
    ],
    links: ['https://www.postgresql.org/docs/current/sql-altertable.html'],
  },
  'rule-discards': {
    severity: 'drop',
    title: 'CREATE RULE … DO INSTEAD NOTHING',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the table' },
    message: 'From now on {kind} on {table} does nothing, and says that it did: what programs write is lost.',
    instead:
      'REVOKE {kind} ON {table} FROM PUBLIC; or a trigger that raises an exception, so that programs see it.',
    why: [
      'The statement ends without an error and with no row. Nobody notices until the rows are looked for.',
    ],
    bad: 'CREATE RULE no_orders AS ON INSERT TO orders DO INSTEAD NOTHING;',
    good: ['REVOKE INSERT ON orders FROM PUBLIC;'],
    links: ['https://www.postgresql.org/docs/current/rules-update.html'],
  },
})
