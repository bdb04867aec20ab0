import type { Command } from '../command.ts'
import { generateCommand } from './generate.ts'
import { migrateCommand } from './migrate.ts'

/** In the order of `gigarow --help`. */
export const COMMANDS: readonly Command[] = [generateCommand, migrateCommand]
