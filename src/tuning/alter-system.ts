import { ident, literal } from '../kernel/index.ts'
import { isListSetting, splitList } from './list-value.ts'

/** Writes `raw`, the text of a configuration file, into postgresql.auto.conf; null takes the setting out of it. */
export function alterSystem(name: string, raw: string | null): string {
  const setting = ident(...name.split('.'))
  return raw === null
    ? `alter system reset ${setting}`
    : `alter system set ${setting} = ${listLiterals(name, raw)}`
}

/** As SET takes it: the members of a list one by one. */
export function listLiterals(name: string, raw: string): string {
  return (isListSetting(name) ? splitList(name, raw) : [raw]).map(literal).join(', ')
}
