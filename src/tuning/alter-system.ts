import { ident, literal } from '../kernel/index.ts'
import { isListSetting, splitList } from './list-value.ts'

/** Writes `raw`, the text of a configuration file, into postgresql.auto.conf; null takes the setting out of it. */
export function alterSystem(name: string, raw: string | null): string {
  const setting = ident(...name.split('.'))
  if (raw === null) return `alter system reset ${setting}`
  const members = isListSetting(name) ? splitList(name, raw) : [raw]
  return `alter system set ${setting} = ${members.map(literal).join(', ')}`
}
