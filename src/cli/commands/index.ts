import type { Command } from '../command.ts'
import { db } from './db.ts'
import { row } from './row.ts'
import { seed } from './seed.ts'

/** In the order of `gigarow --help`. */
export const COMMANDS: readonly Command[] = [db, seed, row]
