import { literal } from '../kernel/index.ts'
import type { StorageOptions } from './extras.ts'

/** fillfactor = 90, autovacuum_enabled = false: what stands in WITH (…). Empty when there is none. */
export function storageOptionsSql(storage: StorageOptions | undefined): string {
  const { unlogged: _unlogged, tablespace: _tablespace, ...options } = storage ?? {}
  return Object.entries(options)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name} = ${typeof value === 'string' ? literal(value) : value}`)
    .join(', ')
}
