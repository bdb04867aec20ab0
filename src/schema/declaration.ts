/** What is exported beside tables is found by this symbol, never by instanceof: a project may hold two copies of us. */
export const DECLARATION: unique symbol = Symbol.for('gigarow:declaration') as never

export interface Declaration<Kind extends string> {
  readonly [DECLARATION]: Kind
}

export function isDeclaration<Kind extends string>(value: unknown, kind: Kind): value is Declaration<Kind> {
  return typeof value === 'object' && value !== null && Reflect.get(value, DECLARATION) === kind
}
