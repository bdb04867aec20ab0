import type { Command } from '../../command.ts'
import { applyCommand } from './apply.ts'
import { listCommand } from './list.ts'
import { measureCommand } from './measure.ts'
import { planCommand } from './plan.ts'
import { renderCommand } from './render.ts'
import { revertCommand } from './revert.ts'
import { showCommand } from './show.ts'
import { statusCommand } from './status.ts'

export const tuneCommand: Command = {
  name: 'tune',
  summary: 'settings of the server for a load, and back exactly as they were',
  commands: [
    listCommand,
    showCommand,
    planCommand,
    applyCommand,
    revertCommand,
    statusCommand,
    renderCommand,
    measureCommand,
  ],
  examples: ['gigarow tune plan bulk-safe', 'gigarow tune apply bulk-safe', 'gigarow tune revert'],
}
