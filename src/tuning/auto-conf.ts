export interface ConfEntry {
  readonly name: string
  /** The text after unquoting, as pg_file_settings shows it. */
  readonly value: string
}

const LINE =
  /^[ \t\r]*([A-Za-z_][A-Za-z0-9_$]*(?:\.[A-Za-z_][A-Za-z0-9_$]*)*)[ \t]*(?:=[ \t]*)?('(?:[^'\\\n]|\\.|'')*'|[^\s'#]*)[ \t\r]*(?:#.*)?$/
const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/** The settings of a postgresql.auto.conf in their order, by the rules of the server's guc-file.l. */
export function parseAutoConf(text: string): readonly ConfEntry[] {
  return text.split('\n').flatMap((line) => {
    const entry = parseLine(line)
    return entry === undefined ? [] : [entry]
  })
}

/** What counts: the last entry of a name wins, and names have no case. */
export function autoConfMap(text: string): ReadonlyMap<string, string> {
  return new Map(parseAutoConf(text).map(({ name, value }) => [name.toLowerCase(), value]))
}

/** The file with some settings set (text) or taken out (null); every other line stays byte for byte. */
export function editAutoConf(text: string, changes: ReadonlyMap<string, string | null>): string {
  const kept = text.split('\n').filter((line) => {
    const entry = parseLine(line)
    return entry === undefined || !changes.has(entry.name.toLowerCase())
  })
  const rest = kept.join('\n')
  const added = [...changes].flatMap(([name, value]) =>
    value === null ? [] : [renderConfLine({ name, value })],
  )
  return (rest === '' || rest.endsWith('\n') ? rest : `${rest}\n`) + added.join('')
}

function parseLine(line: string): ConfEntry | undefined {
  const match = LINE.exec(line)
  if (match === null) return undefined
  return { name: match[1]!, value: match[2]!.startsWith("'") ? unquote(match[2]!) : match[2]! }
}

/** One line of a configuration file, with its line end. */
export function renderConfLine({ name, value }: ConfEntry): string {
  const quoted = value
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "''")
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
  return `${name} = '${quoted}'\n`
}

function unquote(text: string): string {
  return text.slice(1, -1).replaceAll(/''|\\([0-7]{1,3}|[\s\S])/g, (whole, escaped: string | undefined) => {
    if (escaped === undefined) return "'"
    if (/^[0-7]/.test(escaped)) return String.fromCharCode(Number.parseInt(escaped, 8) & 0xff)
    return ESCAPES[escaped] ?? whole.slice(1)
  })
}
