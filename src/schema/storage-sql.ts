import { ident, literal, type QualifiedName, qualified, type Statement } from '../kernel/index.ts'
import type { StorageOptions } from './extras.ts'

/** fillfactor = 90, autovacuum_enabled = false: what stands in WITH (…). Empty when there is none. */
export function storageOptionsSql(storage: StorageOptions | undefined): string {
  return parameters(storage)
    .map(([name, value]) => `${name} = ${typeof value === 'string' ? literal(value) : value}`)
    .join(', ')
}

function parameters(storage: StorageOptions | undefined): [string, unknown][] {
  const { unlogged: _unlogged, tablespace: _tablespace, ...options } = storage ?? {}
  return Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Brings a plain table from one storage() to another. */
export function alterStorage(
  table: QualifiedName,
  from: StorageOptions | undefined,
  to: StorageOptions | undefined,
): readonly Statement[] {
  return [...alterParameters(table, from, to), ...alterPlace(table, from ?? {}, to ?? {})]
}

function alterParameters(
  table: QualifiedName,
  from: StorageOptions | undefined,
  to: StorageOptions | undefined,
): readonly Statement[] {
  const [before, after] = [new Map(parameters(from)), new Map(parameters(to))]
  const set = [...after].filter(([name, value]) => before.get(name) !== value)
  const reset = [...before.keys()].filter((name) => !after.has(name))
  const alter = `ALTER TABLE ${qualified(table)}`
  const restore = (names: readonly string[]) => {
    const old = names.filter((name) => before.has(name))
    const fresh = names.filter((name) => !before.has(name))
    return [
      ...(old.length ? [`${alter} SET (${old.map((n) => `${n} = ${before.get(n)}`).join(', ')})`] : []),
      ...(fresh.length ? [`${alter} RESET (${fresh.join(', ')})`] : []),
    ]
  }
  return [
    ...(set.length
      ? [
          {
            sql: `${alter} SET (${set.map(([n, v]) => `${n} = ${v}`).join(', ')})`,
            transactional: true,
            reverse: restore(set.map(([n]) => n)),
          },
        ]
      : []),
    ...(reset.length
      ? [{ sql: `${alter} RESET (${reset.join(', ')})`, transactional: true, reverse: restore(reset) }]
      : []),
  ]
}

function alterPlace(table: QualifiedName, from: StorageOptions, to: StorageOptions): readonly Statement[] {
  const moves = (what: string) =>
    ({
      kind: 'lock',
      text: `${what} of ${table.name} writes the whole table anew; nobody reads or writes it meanwhile`,
    }) as const
  const logged = (on: boolean | undefined) =>
    `ALTER TABLE ${qualified(table)} SET ${on ? 'UNLOGGED' : 'LOGGED'}`
  const space = (name: string | undefined) =>
    `ALTER TABLE ${qualified(table)} SET TABLESPACE ${ident(name ?? 'pg_default')}`
  const made: Statement[] = []
  if ((from.unlogged ?? false) !== (to.unlogged ?? false)) {
    made.push({
      sql: logged(to.unlogged),
      transactional: true,
      reverse: [logged(from.unlogged)],
      hazard: moves('changing UNLOGGED'),
    })
  }
  if (from.tablespace !== to.tablespace) {
    made.push({
      sql: space(to.tablespace),
      transactional: true,
      reverse: [space(from.tablespace)],
      hazard: moves('changing the tablespace'),
    })
  }
  return made
}
