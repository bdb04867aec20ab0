/** For unsafe(): as a prepared statement, also without parameters. */
export const KEEP_PLAN = { prepare: true, simple: false } as const

/**
 * The same connection, which keeps the plans of what it is asked: on databases as small as these, planning the queries of the catalog
 * takes three times as long as running them.
 */
export function keepPlans<T extends object>(sql: T): T {
  return new Proxy(sql, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      if (name === 'unsafe')
        return (text: string, values: readonly unknown[] = []) => value.call(target, text, values, KEEP_PLAN)
      if (name === 'begin')
        return (mode: string, use: (tx: object) => unknown) =>
          value.call(target, mode, (tx: object) => use(keepPlans(tx)))
      return value
    },
  })
}
