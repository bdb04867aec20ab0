import type { Command } from '../command.ts'
import { rowCommand } from './row.ts'

/** In the order of `gigarow --help`. */
export const COMMANDS: readonly Command[] = [rowCommand]
