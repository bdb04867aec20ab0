import type { Command } from '../command.ts'

/** In the order of `gigarow --help`. */
export const COMMANDS: readonly Command[] = []
