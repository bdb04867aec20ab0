import { addTo, oncePer } from '../../kernel/index.ts'
import { type Catalog, kindIn, type ObjectKey, type Routine, type SchemaObject } from '../../model/index.ts'
import type { DiffContext } from '../rule.ts'
import { same } from '../same.ts'

export interface Mentions {
  /** Of two that name each other one is left out. */
  readonly needs: readonly ObjectKey[]
  /** Those that need the routine themselves and cannot be there before it. */
  readonly later: readonly ObjectKey[]
}

/** Objects that the plan makes or changes and that a routine's text names: a guess that only orders. */
export function mentionedIn(routine: Routine, context: DiffContext): Mentions {
  const words = wordsOf(routine.definition)
  const found: ObjectKey[] = []
  const later: ObjectKey[] = []
  for (const word of words) {
    for (const object of byName(context.to).get(word) ?? []) {
      if (object.key === routine.key || !comesOrChanges(object, context)) continue
      if (object.kind === 'column' && !namesTable(words, object.table, context.to)) continue
      const list = reaches(object.key, routine.key, context) ? later : found
      list.push(object.key)
    }
  }
  return { needs: found.sort(), later: later.sort() }
}

function comesOrChanges(object: SchemaObject, { from, isNew }: DiffContext): boolean {
  return isNew(object.key) || !same(from.objects.get(object.key), object)
}

function namesTable(words: ReadonlySet<string>, table: ObjectKey, { objects }: Catalog): boolean {
  const object = objects.get(table)
  return object?.kind === 'table' && words.has(object.name.name)
}

/** Names in the text, in quotes or folded to lower case. */
function wordsOf(text: string): ReadonlySet<string> {
  const words = new Set<string>()
  // $function$select, mvx$function$: a name may have such signs inside.
  const bare = text.replaceAll(/\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/gu, ' ')
  for (const [word] of bare.matchAll(/"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*/gu)) {
    words.add(word.startsWith('"') ? word.slice(1, -1).replaceAll('""', '"') : word.toLowerCase())
  }
  return words
}

const byName = oncePer((catalog: Catalog): ReadonlyMap<string, readonly SchemaObject[]> => {
  const index = new Map<string, SchemaObject[]>()
  for (const object of catalog.objects.values()) {
    const name = nameForMention(object)
    if (name !== undefined) addTo(index, name, object)
  }
  return index
})

function nameForMention(object: SchemaObject): string | undefined {
  switch (object.kind) {
    case 'table':
    case 'view':
    case 'matview':
    case 'sequence':
    case 'enum':
    case 'domain':
    case 'type':
    case 'routine':
      return object.name.name
    case 'column':
      return object.name
    default:
      return undefined
  }
}

/** Whether `key` needs `goal`, by what the catalog says or by what the texts of routines name. */
function reaches(key: ObjectKey, goal: ObjectKey, { to }: DiffContext): boolean {
  const seen = new Set<ObjectKey>()
  const stack = [key]
  while (stack.length > 0) {
    const at = stack.pop()!
    if (at === goal) return true
    if (seen.has(at)) continue
    seen.add(at)
    for (const need of to.needs.get(at) ?? []) stack.push(need)
    for (const need of dependentsOfTable(at, to)) stack.push(need)
    const object = to.objects.get(at)
    if (object?.kind === 'routine') stack.push(...textNeeds(object, to))
  }
  return false
}

/** CREATE TABLE makes its columns, with what their defaults call. */
function dependentsOfTable(key: ObjectKey, catalog: Catalog): readonly ObjectKey[] {
  if (kindIn(key) !== 'table') return []
  return columnsByTable(catalog).get(key) ?? []
}

const columnsByTable = oncePer((catalog: Catalog): ReadonlyMap<ObjectKey, readonly ObjectKey[]> => {
  const index = new Map<ObjectKey, ObjectKey[]>()
  for (const object of catalog.objects.values()) {
    if (object.kind === 'column') addTo(index, object.table, object.key)
  }
  return index
})

const TEXT_NEEDS = new WeakMap<Routine, readonly ObjectKey[]>()

function textNeeds(routine: Routine, catalog: Catalog): readonly ObjectKey[] {
  const known = TEXT_NEEDS.get(routine)
  if (known !== undefined) return known
  const words = wordsOf(routine.definition)
  const needs = [...words].flatMap((word) =>
    (byName(catalog).get(word) ?? []).filter(({ kind }) => kind !== 'column').map(({ key }) => key),
  )
  TEXT_NEEDS.set(routine, needs)
  return needs
}
