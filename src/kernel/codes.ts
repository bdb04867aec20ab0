/**
 * Every error code of gigarow, with the exit code of the CLI and one line that says what it means.
 * Codes are a contract: scripts match on them. They are added, never renamed; docs/errors.md is made from this table.
 *
 * Exit codes: 1 failed · 2 usage (the call or the configuration is wrong, nothing was touched) ·
 * 3 refused (a safety check; the message names the flag that allows it) · 4 drift or pending.
 */
export const ERROR_CODES = {
  USAGE: { exit: 2, meaning: 'The command line is wrong: an unknown flag, a missing or malformed argument.' },
  CONFIG_INVALID: {
    exit: 2,
    meaning: 'gigarow.config.ts (or another configuration file) has wrong settings; all of them are listed.',
  },
  MODULE_FAILED: { exit: 2, meaning: 'A file of yours (schema, seed, tuning, config) could not be loaded.' },
  PACKAGE_MISSING: { exit: 1, meaning: 'An optional package is needed and not installed.' },
  DB_UNREACHABLE: { exit: 1, meaning: 'No PostgreSQL server answers at the address.' },
  DB_AUTH: { exit: 1, meaning: 'The server refused the user, the password or the database name.' },
  DB_UNSUPPORTED: {
    exit: 1,
    meaning: 'The server is older than PostgreSQL 14, a standby, or lets nothing be changed (read-only).',
  },
  DB_NOT_ALLOWED: { exit: 1, meaning: 'The user lacks a right; the message says which.' },
  DB_CONNECTION_LOST: {
    exit: 1,
    meaning: 'The connection broke in the middle of the work: the server stopped, crashed or cut it.',
  },
  DB_ERROR: { exit: 1, meaning: 'The server rejected a statement.' },
  DISK_FULL: { exit: 1, meaning: 'The server, or the disk that files are written to, has no space left.' },
  FILE_UNUSABLE: {
    exit: 1,
    meaning:
      'A file or folder cannot be read or written: no right to it, none there, or a file where a folder is meant.',
  },
  SQL_SYNTAX: {
    exit: 1,
    meaning: "PostgreSQL's parser does not accept a file; the message marks the place.",
  },
  SCHEMA_INVALID: {
    exit: 2,
    meaning: 'The declarations contradict each other or cannot be made on a server; nothing was written.',
  },
  MIGRATION_INVALID: {
    exit: 2,
    meaning:
      'A migration folder cannot be run as it is: a file is missing or holds what a migration may not hold.',
  },
  MIGRATION_FAILED: {
    exit: 1,
    meaning: 'A statement of a migration failed; the message marks it and says what was undone.',
  },
  MIGRATION_MODIFIED: {
    exit: 1,
    meaning: 'A migration was edited after it was applied, or the ledger was.',
  },
  MIGRATION_MISSING: { exit: 1, meaning: 'The database has a migration whose files are not there.' },
  MIGRATION_HALF_APPLIED: {
    exit: 1,
    meaning: 'A migration is half applied; migrate up has to finish it first.',
  },
  MIGRATION_HALF_REVERTED: {
    exit: 1,
    meaning: 'Taking a migration back stopped half way; migrate down has to finish it first.',
  },
  MIGRATION_OUT_OF_ORDER: {
    exit: 3,
    meaning: 'A migration that is not applied is older than one that is; --allow-out-of-order applies it.',
  },
  SOURCE_INVALID: {
    exit: 2,
    meaning:
      'What is to be compared cannot be read: no such file or folder, or a file that is not plain SQL.',
  },
  SOURCE_FAILED: {
    exit: 1,
    meaning: 'A statement of what is to be compared failed on the scratch database; the message marks it.',
  },
  SCRATCH_UNUSABLE: {
    exit: 1,
    meaning:
      'There is no scratch database to work with: not allowed, or its server has another major version.',
  },
  PROOF_FAILED: {
    exit: 1,
    meaning: 'Carried out on a scratch database, a plan did not lead where it should, or rows were gone.',
  },
  APPLY_FAILED: {
    exit: 1,
    meaning: 'A statement of a plan failed on the database; the message says what is done and what is not.',
  },
  REFUSED: {
    exit: 3,
    meaning: 'What was asked for is dangerous; the message says how to allow it or do it safely.',
  },
  LOCK_TIMEOUT: { exit: 1, meaning: 'A lock could not be taken in time; the blockers are named.' },
  TABLE_MISSING: { exit: 1, meaning: 'A table that is to be filled is not in the database.' },
  TABLE_NOT_EMPTY: { exit: 1, meaning: 'A table to be filled holds rows, and --truncate was not given.' },
  SEED_APPEND_UNKNOWN: {
    exit: 1,
    meaning:
      'A table that rows are to be added to holds rows that the ledger does not know; --from-row gives the number of the first new one.',
  },
  SEED_ROWS_LOST: {
    exit: 1,
    meaning: 'A crash of the server has emptied an unlogged table that rows were being added to.',
  },
  SEED_REFERENCED: {
    exit: 1,
    meaning: 'A table to be emptied with --truncate is pointed at by rows of a table outside of the profile.',
  },
  SEED_MISFIT: {
    exit: 1,
    meaning: 'The columns of a profile and of its table in the database do not go together.',
  },
  SEED_NO_SPACE: {
    exit: 3,
    meaning:
      'A load would not fit on the disk of the server, or CSV files on theirs; --disk-free says that there is more space.',
  },
  SEED_NO_PARTITION: { exit: 1, meaning: 'The profile makes a row that no partition of its table takes.' },
  SEED_BUSY: { exit: 1, meaning: 'Another load works on the database.' },
  SEED_UNFINISHED: {
    exit: 1,
    meaning: 'An earlier load of the table stopped before its end; --resume goes on with it.',
  },
  SEED_NOTHING_TO_RESUME: {
    exit: 1,
    meaning: '--resume was given and no load is unfinished, or several are.',
  },
  SEED_COUNT_DIFFERS: { exit: 1, meaning: 'The server took fewer rows than it was sent.' },
  SEED_INCOMPLETE: { exit: 1, meaning: 'Chunks are missing after the load phase.' },
  SEED_BREAKS_CONSTRAINT: { exit: 1, meaning: 'The loaded rows break a key or a check of the table.' },
  SEED_REBUILD_DIFFERS: {
    exit: 1,
    meaning: 'An index or constraint that was rebuilt does not read as it did before the load.',
  },
  SEED_VERIFY_FAILED: { exit: 1, meaning: 'The table does not hold exactly the rows of the profile.' },
  IMPORT_FILE_INVALID: {
    exit: 2,
    meaning: 'A file to be imported is not there, is no CSV file, or cannot be unpacked.',
  },
  IMPORT_MISFIT: {
    exit: 2,
    meaning: 'The columns of CSV files, the key or the condition of an import do not fit the table.',
  },
  IMPORT_FILE_CHANGED: {
    exit: 1,
    meaning: 'A file was changed since its import began: it is not gone on with.',
  },
  IMPORT_TABLE_CHANGED: {
    exit: 1,
    meaning:
      'The table was made anew, emptied, or changed between logged and unlogged since its import stopped: what was imported may be gone.',
  },
  IMPORT_ROW_REFUSED: {
    exit: 1,
    meaning: 'The server refuses a row of a CSV file; the message says which and why.',
  },
  IMPORT_BUSY: { exit: 1, meaning: 'Another import works on the table, or a load on the database.' },
  IMPORT_UNFINISHED: {
    exit: 1,
    meaning: 'An earlier import into the table stopped before its end; --resume goes on with it.',
  },
  IMPORT_DONE_BEFORE: {
    exit: 3,
    meaning: 'A file was imported into the table before; --again imports it once more.',
  },
  IMPORT_NOTHING_TO_RESUME: {
    exit: 1,
    meaning: '--resume was given and no import is unfinished, or several are.',
  },
  IMPORT_COUNT_DIFFERS: {
    exit: 1,
    meaning: 'The server took another number of rows than it was sent; nothing of that chunk was kept.',
  },
  IMPORT_VERIFY_FAILED: {
    exit: 1,
    meaning: 'The table does not hold as many rows as the import has put there.',
  },
  CLUSTER_START_FAILED: {
    exit: 1,
    meaning: 'The embedded server did not start; the end of its log is shown.',
  },
  CLUSTER_STOP_FAILED: { exit: 1, meaning: 'The embedded server could not be stopped.' },
  CLUSTER_UNUSABLE: {
    exit: 1,
    meaning:
      'The files of the embedded server cannot be used: of another user or version, damaged, or out of reach.',
  },
  PORT_IN_USE: { exit: 1, meaning: 'The port of the embedded server is taken by another program.' },
  CONFIRMATION_NEEDED: { exit: 3, meaning: 'The command deletes something and nobody said yes to it.' },
  STORE_TOO_NEW: { exit: 1, meaning: "gigarow's own tables in this database were made by a newer gigarow." },
  SEED_INVALID: {
    exit: 2,
    meaning: 'A profile is wrong: an option of a generator, or values that the column cannot hold.',
  },
  SEED_FOLDER_TAKEN: {
    exit: 3,
    meaning: 'The folder holds CSV files of other rows; --truncate deletes them.',
  },
  SEED_TWINS_DIFFER: {
    exit: 2,
    meaning: 'The sql and the js of a generator of your own (gen.pair) do not make the same values.',
  },
  SEED_CODE_UNKNOWN: {
    exit: 3,
    meaning: 'A stopped load has generators of its own whose code is not the one of the profile in seeds/.',
  },
  SEED_TYPE_UNSUPPORTED: { exit: 2, meaning: 'A profile fills a column whose type gigarow cannot write.' },
  PROFILE_UNKNOWN: { exit: 2, meaning: 'No file in seeds/ defines a profile of this name.' },
  TABLE_UNKNOWN: { exit: 2, meaning: 'The profile does not fill a table of this name.' },
  ROW_UNKNOWN: { exit: 2, meaning: 'The table has no row of this number in the profile.' },
  REPORT_DAMAGED: { exit: 1, meaning: 'The file of a report does not hold what gigarow wrote into it.' },
  REPORT_UNKNOWN: { exit: 2, meaning: 'There is no report of this id, or several fit it.' },
  TUNING_UNKNOWN_PROFILE: { exit: 2, meaning: 'There is no tuning profile of this name.' },
  TUNING_INVALID: {
    exit: 2,
    meaning: 'A tuning profile is not declared as it should be; all problems are listed.',
  },
  TUNING_UNKNOWN_SETTING: {
    exit: 2,
    meaning: 'A tuning profile names a setting that the server does not have.',
  },
  TUNING_BAD_VALUE: { exit: 2, meaning: 'The server cannot take a value of the tuning profile.' },
  TUNING_REFUSED: {
    exit: 3,
    meaning: 'The tuning profile would endanger data, standbys or archives, or somebody else’s changes.',
  },
  TUNING_OPEN: {
    exit: 3,
    meaning: 'Another tuning profile is applied to this server; it has to be reverted first.',
  },
  TUNING_FOREIGN: {
    exit: 3,
    meaning: 'Another project has tuned this server, or the journal of a tuning profile is lost.',
  },
  TUNING_CONFLICT: {
    exit: 3,
    meaning: 'Somebody changed a setting while a tuning profile was applied; it was left alone.',
  },
  TUNING_BUSY: {
    exit: 1,
    meaning: 'Another gigarow tunes this server at the moment, or has it tuned for what it does.',
  },
  TUNING_NOT_ALLOWED: {
    exit: 1,
    meaning: 'The server or its configuration files do not let settings be changed.',
  },
  TUNING_NOT_EFFECTIVE: { exit: 1, meaning: 'A setting was written but the server does not use it.' },
  TUNING_RESTART_FAILED: {
    exit: 1,
    meaning: 'The server did not come back after a restart for new settings.',
  },
  TUNING_NOT_SYNCED: {
    exit: 1,
    meaning: 'After fsync = off the disks of the server could not be brought up to date.',
  },
  TUNING_DATA_SUSPECT: {
    exit: 1,
    meaning: 'The machine of the server went down while durability was turned off: its data may be corrupt.',
  },
  TUNING_JOURNAL_DAMAGED: { exit: 1, meaning: 'The journal of a tuning profile cannot be read.' },
  INTERRUPTED: { exit: 1, meaning: 'Stopped by Ctrl-C or SIGTERM; the message says how to go on.' },
  INTERNAL: { exit: 1, meaning: 'A bug of gigarow.' },
} as const satisfies Record<string, { exit: 1 | 2 | 3 | 4; meaning: string }>

export type ErrorCode = keyof typeof ERROR_CODES
