import { defineHazards } from './entry.ts'

export const DATA_HAZARDS = defineHazards({
  'delete-all': {
    severity: 'drop',
    title: 'DELETE without WHERE',
    lock: { mode: 'ROW EXCLUSIVE', on: 'the table, and every row of it' },
    message: 'All rows of {table} are lost.',
    instead: 'Say which rows are to go: DELETE FROM {table} WHERE … BETWEEN … AND …',
    why: ['Most of the time a WHERE was forgotten.'],
    bad: 'DELETE FROM orders;',
    good: ['DELETE FROM orders WHERE id BETWEEN 1 AND 10000;'],
  },
  'unbounded-change': {
    severity: 'lock',
    title: 'UPDATE or DELETE without a bound',
    lock: { mode: 'ROW EXCLUSIVE', on: 'the table, and every row that is changed' },
    message:
      'Every row of {table} that is changed stays locked until the last one is, and the dead rows cannot be removed before.',
    instead: '{sql}',
    why: [
      'A single statement over a large table runs for hours in one transaction: whoever wants to change the same rows waits, VACUUM can clean up nothing, replicas fall behind, and if it fails everything was in vain.',
      'In batches of some thousand rows, each with its own transaction, nobody waits for long, and it can go on where it stopped. A bound is recognised as BETWEEN, a lower and an upper limit, a list of keys, a key that equals a value, or a subquery with LIMIT.',
    ],
    bad: `UPDATE orders SET status = 'open' WHERE status IS NULL;`,
    good: [`UPDATE orders SET status = 'open' WHERE id BETWEEN 1 AND 10000 AND status IS NULL;`],
    like: ['strong_migrations backfill'],
  },
  'change-with-ddl': {
    severity: 'lock',
    title: 'Rows changed in the transaction of a change of the schema',
    message:
      'The lock that line {name} takes on {other} is held until every row of {table} is changed: nobody can use {other} meanwhile.',
    instead: 'Change the rows in a later migration, in batches.',
    why: [
      'Locks are held until the transaction ends. ADD COLUMN takes a moment; an UPDATE of all rows behind it in the same transaction turns the moment into hours.',
    ],
    bad: `ALTER TABLE orders ADD COLUMN paid boolean;
UPDATE orders SET paid = false;`,
    good: [
      'ALTER TABLE orders ADD COLUMN paid boolean;',
      'UPDATE orders SET paid = false WHERE id BETWEEN 1 AND 10000 AND paid IS NULL;',
    ],
    like: ['strong_migrations backfill'],
  },
  'duplicate-assignment': {
    severity: 'lock',
    title: 'A column that is set twice',
    message: 'The server refuses to set {column} twice in one statement.',
    instead: 'Keep one of the two.',
    why: ['It fails with “multiple assignments to same column”, in the middle of the deployment.'],
    bad: `UPDATE orders SET status = 'open', status = 'new' WHERE id = 1;`,
    good: [`UPDATE orders SET status = 'new' WHERE id = 1;`],
    like: ['squawk ban-duplicate-column-assignments'],
  },
  'opaque-code': {
    severity: 'notice',
    title: 'SQL inside of a DO block',
    message: 'What the DO block runs is not looked into: it may drop or lock anything.',
    instead: 'Write the statements out where that is possible.',
    why: ['The code of a block is known only when it runs.'],
    bad: "DO $$ BEGIN EXECUTE format('TRUNCATE %I', 'orders'); END $$;",
    good: ['SELECT 1;'],
    like: ['strong_migrations execute'],
  },
})
