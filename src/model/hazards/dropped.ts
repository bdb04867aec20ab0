import { defineHazards } from './entry.ts'

/** Dropped and made anew, and between the two is a statement that runs alone. Only a plan can know. */
const missing = (what: string, missed: string) => ({
  severity: 'lock' as const,
  message: `The ${what} {name} is dropped, and ${missed} until it is made anew, which is after another statement that cannot run in the same transaction: {sql}.`,
  instead: 'make that change in a plan of its own, before this one or after it.',
})

/** What goes without taking rows along. */
export const DROPPED_HAZARDS = defineHazards({
  'drop-view': {
    severity: 'drop',
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
    severity: 'drop',
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
  'drop-trigger': {
    severity: 'drop',
    title: 'DROP TRIGGER',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the table' },
    message:
      'The trigger {name} of {table} is dropped: what it checked, wrote or changed stays undone from now on.',
    instead:
      'ALTER TABLE {table} DISABLE TRIGGER {name};\n-- its definition stays; drop it when nobody has missed it',
    variants: { missing: missing('trigger', 'it does not fire') },
    why: [
      'Nothing fails when a trigger is gone. Sums that it kept, rows that it logged and values that it refused are simply no longer kept, logged and refused, and rows that were written meanwhile do not get it later.',
    ],
    given: `CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER touched BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();`,
    bad: 'DROP TRIGGER touched ON orders;',
    good: [
      'ALTER TABLE orders DISABLE TRIGGER touched;',
      '-- gigarow: allow drop-trigger the application does it now\nDROP TRIGGER touched ON orders;',
    ],
    links: ['https://www.postgresql.org/docs/current/sql-droptrigger.html'],
  },
  'drop-policy': {
    severity: 'drop',
    title: 'DROP POLICY',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the table' },
    message:
      'The policy {name} of {table} is dropped: what it let through is hidden, or what it hid can be seen, without an error.',
    instead:
      'make its successor in the same transaction; ALTER POLICY changes roles and conditions in place.',
    variants: {
      missing: missing('policy', 'its rows are guarded by the other policies only'),
      permissive: {
        message:
          'The policy {name} of {table} is dropped: rows that only it let through are hidden from now on, without an error.',
      },
      restrictive: {
        message:
          'The policy {name} of {table} is dropped: rows that it kept from people can be seen and changed.',
      },
    },
    why: [
      'Policies that permit are added up: without one of them its rows are gone for those who had them by it. Policies that restrict are all kept to: without one of them rows can be seen that must not be.',
    ],
    given: 'CREATE POLICY own ON orders USING (customer_id = 1);',
    bad: 'DROP POLICY own ON orders;',
    good: [
      'ALTER POLICY own ON orders USING (customer_id = 2);',
      '-- gigarow: allow drop-policy its successor is there\nDROP POLICY own ON orders;',
    ],
    links: ['https://www.postgresql.org/docs/current/ddl-rowsecurity.html'],
  },
  'disable-row-security': {
    severity: 'drop',
    title: 'DISABLE ROW LEVEL SECURITY',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the table' },
    message:
      'From now on no policy of {table} counts: whoever may read or write the table sees and changes all of its rows.',
    instead: 'CREATE POLICY everything ON {table} TO …, for those who are to see every row.',
    why: [
      'The policies stay where they are and look as if they worked. A role that should not be bound by them can have BYPASSRLS, or a policy of its own.',
    ],
    given: 'ALTER TABLE orders ENABLE ROW LEVEL SECURITY;',
    bad: 'ALTER TABLE orders DISABLE ROW LEVEL SECURITY;',
    good: ['CREATE POLICY everything ON orders TO CURRENT_USER USING (true);'],
    links: ['https://www.postgresql.org/docs/current/ddl-rowsecurity.html'],
  },
  'drop-rule': {
    severity: 'drop',
    title: 'DROP RULE',
    lock: { mode: 'ACCESS EXCLUSIVE', on: 'the table or view' },
    message:
      'The rule {name} of {table} is dropped: statements that it turned into others do what they say from now on.',
    instead:
      'ALTER TABLE {table} DISABLE RULE {name};\n-- its definition stays; drop it when nobody has missed it',
    variants: { missing: missing('rule', 'statements do what it turned them away from') },
    why: [
      'What a rule redirected, refused or did as well is not done any more, and no statement fails for it: deletes that were turned away delete.',
    ],
    given: 'CREATE RULE keep AS ON DELETE TO orders DO INSTEAD NOTHING;',
    bad: 'DROP RULE keep ON orders;',
    good: [
      'ALTER TABLE orders DISABLE RULE keep;',
      '-- gigarow: allow drop-rule a trigger refuses it now\nDROP RULE keep ON orders;',
    ],
    links: ['https://www.postgresql.org/docs/current/sql-droprule.html'],
  },
  revoke: {
    severity: 'drop',
    title: 'REVOKE from a role',
    message:
      '{name} may do less with {object}: {kind} is taken away, and programs that use it fail from now on.',
    instead: 'revoke it when no program of that role uses it any more.',
    why: [
      'Who connects as that role, or as a member of it, gets “permission denied” at once. What everybody may do (PUBLIC) is often taken away on purpose, right after an object is made: that is not asked for by lint.',
    ],
    given: 'GRANT SELECT ON orders TO pg_monitor;',
    bad: 'REVOKE SELECT ON orders FROM pg_monitor;',
    good: ['-- gigarow: allow revoke nobody reads it\nREVOKE SELECT ON orders FROM pg_monitor;'],
    links: ['https://www.postgresql.org/docs/current/sql-revoke.html'],
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
    severity: 'drop',
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
