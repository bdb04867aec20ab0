import type { Command } from '../command.ts'
import { db } from './db.ts'

/** In the order of `gigarow --help`. */
export const COMMANDS: readonly Command[] = [db]
