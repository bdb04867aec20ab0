/**
 * Settings that hold a list of quoted names (GUC_LIST_QUOTE; the same list as in pg_dump). Written as one string, ALTER
 * SYSTEM would quote the whole list as a single name, and for shared_preload_libraries the server would not start again.
 */
const FOLDED: readonly string[] = ['search_path', 'temp_tablespaces']
const UNFOLDED: readonly string[] = [
  'local_preload_libraries',
  'session_preload_libraries',
  'shared_preload_libraries',
  'unix_socket_directories',
]

export function isListSetting(name: string): boolean {
  const lower = name.toLowerCase()
  return FOLDED.includes(lower) || UNFOLDED.includes(lower)
}

/** The members of such a list; names outside of double quotes are folded to lower case where the server does so. */
export function splitList(name: string, raw: string): readonly string[] {
  const fold = FOLDED.includes(name.toLowerCase())
  const members: string[] = []
  const pattern = /\s*(?:"((?:[^"]|"")*)"|([^",]*?))\s*(,|$)/gy
  if (raw.trim() === '') return []
  for (let more = true; more; ) {
    const match = pattern.exec(raw)
    if (match === null) throw new SyntaxError(`not a list of names: ${raw}`)
    const [, quoted, plain, end] = match
    if (quoted !== undefined) members.push(quoted.replaceAll('""', '"'))
    else members.push(fold ? plain!.toLowerCase() : plain!)
    more = end === ','
  }
  return members
}

/** Whether two texts of a configuration file mean the same. */
export function sameText(name: string, a: string | null, b: string | null): boolean {
  if (a === b || a === null || b === null || !isListSetting(name)) return a === b
  try {
    return JSON.stringify(splitList(name, a)) === JSON.stringify(splitList(name, b))
  } catch {
    return false
  }
}
