import type { Command } from '../command.ts'
import { db } from './db.ts'
import { tune } from './tune/index.ts'

/** In the order of `gigarow --help`. */
export const COMMANDS: readonly Command[] = [db, tune]
