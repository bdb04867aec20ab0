import type { Command } from '../command.ts'
import { dbCommand } from './db.ts'
import { diffCommand } from './diff.ts'
import { driftCommand } from './drift.ts'
import { generateCommand } from './generate.ts'
import { importCommand } from './import.ts'
import { initCommand } from './init.ts'
import { lintCommand } from './lint.ts'
import { migrateCommand } from './migrate.ts'
import { reportCommand } from './report.ts'
import { rowCommand } from './row.ts'
import { seedCommand } from './seed.ts'
import { tuneCommand } from './tune/index.ts'
import { verifyCommand } from './verify.ts'

/** In the order of `gigarow --help`. */
export const COMMANDS: readonly Command[] = [
  initCommand,
  dbCommand,
  generateCommand,
  lintCommand,
  migrateCommand,
  diffCommand,
  driftCommand,
  verifyCommand,
  seedCommand,
  importCommand,
  reportCommand,
  rowCommand,
  tuneCommand,
]
