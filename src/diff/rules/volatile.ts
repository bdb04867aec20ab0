import type { Catalog } from '../../model/index.ts'

/** Functions of defaults that give one value for a whole statement. What is not here may differ from row to row. */
const STABLE = new Set(
  `now transaction_timestamp statement_timestamp current_timestamp current_time current_date localtimestamp localtime timezone
  to_timestamp to_date to_char to_number date_trunc date_part make_date make_time make_timestamp make_timestamptz make_interval
  age lower upper initcap md5 sha256 encode decode length concat concat_ws repeat replace left right lpad rpad trim btrim abs
  round floor ceil trunc json_build_object json_build_array jsonb_build_object jsonb_build_array to_json to_jsonb
  current_setting current_database current_schema format greatest least coalesce nullif extract substring position and or not
  in any all interval numeric int4range int8range numrange daterange tsrange tstzrange`.split(/\s+/),
)

/** Whether ADD COLUMN with this default would have to write every row. */
export function isVolatile(expression: string, { objects }: Catalog): boolean {
  const bare = expression
    .replaceAll(/'(?:[^']|'')*'/g, "''")
    // The modifier of a type is no call: ::character varying(10).
    .replaceAll(
      /::\s*("(?:[^"]|"")*"|[\w.]+)( varying| precision| with(out)? time zone)?(\s*\([\d, ]*\))?/g,
      '',
    )
  const calls = [...bare.matchAll(/((?:"(?:[^"]|"")*"|[\w$]+)(?:\."(?:[^"]|"")*"|\.[\w$]+)*)\s*\(/g)]
  return calls.some(([, name]) => {
    const last = name!.split('.').at(-1)!.replaceAll('"', '')
    return !STABLE.has(last.toLowerCase()) && !isStableRoutine(last, objects)
  })
}

function isStableRoutine(name: string, objects: Catalog['objects']): boolean {
  const found = [...objects.values()].filter((o) => o.kind === 'routine' && o.name.name === name)
  return (
    found.length > 0 &&
    found.every((o) => o.kind === 'routine' && /^.*?\b(IMMUTABLE|STABLE)\b.*?\bAS\b/s.test(o.definition))
  )
}
