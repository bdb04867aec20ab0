type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** Bytes of a document as jsonb keeps it (src/include/utils/jsonb.h): a word for the container and one for each key and value, then their contents. */
export function jsonbBytes(value: unknown): number {
  return containerBytes(value as Json)
}

function containerBytes(value: Json): number {
  if (typeof value !== 'object' || value === null) return 8 + scalarBytes(value, 8)
  const keys = Array.isArray(value) ? [] : Object.keys(value)
  const values: readonly Json[] = Array.isArray(value) ? value : Object.values(value)
  let end = 4 + 4 * (keys.length + values.length)
  for (const key of keys) end += utf8Length(key)
  for (const item of values) end += scalarBytes(item, end)
  return end
}

function scalarBytes(value: Json, pos: number): number {
  if (typeof value === 'string') return utf8Length(value)
  const padding = (4 - (pos % 4)) % 4
  if (typeof value === 'number') return padding + 6 + 2 * numericDigits(String(value))
  return typeof value === 'object' && value !== null ? padding + containerBytes(value) : 0
}

/** Groups of four decimal digits of a numeric. */
export function numericDigits(number: string): number {
  const [, whole = '', fraction = ''] = /^-?(\d*)\.?(\d*)$/.exec(number) ?? []
  const padded =
    whole.padStart(Math.ceil(whole.length / 4) * 4, '0') +
    fraction.padEnd(Math.ceil(fraction.length / 4) * 4, '0')
  const groups = padded.match(/.{4}/g) ?? []
  while (groups.at(-1) === '0000') groups.pop()
  while (groups[0] === '0000') groups.shift()
  return groups.length
}

/** What a GIN index of jsonb_ops files a document under: a letter for the kind, then the text. */
export function ginKeys(value: unknown): Set<string> {
  const keys = new Set<string>()
  const walk = (json: Json, inArray: boolean) => {
    if (Array.isArray(json)) for (const item of json) walk(item, true)
    else if (typeof json === 'object' && json !== null) {
      for (const [key, item] of Object.entries(json)) {
        keys.add(short('k', key))
        walk(item, false)
      }
    } else if (typeof json === 'string') keys.add(short(inArray ? 'k' : 's', json))
    else keys.add(short('v', String(json)))
  }
  walk(value as Json, false)
  return keys
}

/** Of jsonb_path_ops: one hash for each value, of it and the way to it. */
export function ginPaths(value: unknown): Set<string> {
  const paths = new Set<string>()
  const walk = (json: Json, path: string) => {
    if (Array.isArray(json)) for (const item of json) walk(item, path)
    else if (typeof json === 'object' && json !== null)
      for (const [key, item] of Object.entries(json)) walk(item, `${path}\0${key}`)
    else paths.add(`${path}\0${String(json)}`)
  }
  walk(value as Json, '')
  return paths
}

/** Texts of more than 125 bytes are filed under eight digits of their hash. */
function short(kind: string, text: string): string {
  return `${kind}${utf8Length(text) > 125 ? text.slice(0, 8) : text}`
}

export function utf8Length(text: string): number {
  return Buffer.byteLength(text)
}
