import type { GeneratorSpec } from './profile.ts'

function isSpec(value: unknown): value is GeneratorSpec {
  return typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string'
}

/** The value with each generator within it, the inner ones first, changed by `change`. */
export function mapSpecs(value: unknown, change: (spec: GeneratorSpec) => GeneratorSpec): unknown {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, own]) => [key, mapSpecs(own, change)])
  const mapped: object = Object.freeze(Object.fromEntries(entries))
  return isSpec(mapped) ? change(mapped) : mapped
}

/** A generator and all those within it. */
export function eachSpec(value: unknown): GeneratorSpec[] {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return []
  return [...(isSpec(value) ? [value] : []), ...Object.values(value).flatMap(eachSpec)]
}
