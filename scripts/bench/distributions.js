// What the profile of users declares, worked out here from the options of its generators and not by their code, and what a table
// holds of it. A generator that is not known here is an error: nothing that a profile declares goes unlooked at.

/**
 * `always`: of every row. `exact`: counted, not drawn, so only rounding may differ. `drawn`: chance differs as well.
 * @typedef {'always' | 'exact' | 'drawn'} Kind
 * The query makes rows of `cell` and `count`, `total` of them in all. Those of a group are alike and are shown together.
 * @typedef {{ name: string, kind: Kind, total: number, shares: ReadonlyMap<string, number>, query: string, group?: string }} Distribution
 * @typedef {import('../../src/seed/profile.ts').Profile} Profile
 * @typedef {import('../../src/seed/profile.ts').TableFill} TableFill
 * @typedef {import('../../src/seed/profile.ts').ColumnFill} ColumnFill
 * @typedef {{ FIRST_NAMES: readonly string[], LAST_NAMES: readonly string[] }} Names
 * @typedef {{ profile: Profile, names: Names, table: string, total: number, column: string, type: string, option: (name: string) => any }} Column
 */

/** In a table of a thousand shares one beyond it is chance in 1 of 150 times. */
const STANDARD_ERRORS = 4.5

/** @type {Record<string, (column: Column) => Distribution[]>} */
const DECLARED = { uuid, fullName, timestampRecent, children, email, phoneNumber }
const DOMAINS = ['example.com', 'example.net', 'example.org', 'mail.example.com', 'post.example.org']

/** Everything that a profile declares of its rows. @param {Profile} profile @param {Names} names @returns {Distribution[]} */
export function distributionsOf(profile, names) {
  const all = profile.tables.flatMap((fill) => [
    noNulls(fill),
    ...fill.columns.flatMap(({ name, type, generator }) => {
      const declared = DECLARED[generator.kind]
      if (!declared)
        throw new Error(`${fill.table.name}.${name}: there is no check of what ${generator.kind} makes`)
      const option = (/** @type {string} */ key) => generator[key]
      return declared({
        profile,
        names,
        table: nameOf(fill),
        total: fill.rows,
        column: quoted(name),
        type,
        option,
      })
    }),
  ])
  const plain = (/** @type {string} */ name) => name.replaceAll('"', '').replaceAll('public.', '')
  return all.map((one) => ({ ...one, name: plain(one.name), group: plain(one.group ?? one.name) }))
}

/**
 * One share against what is declared. 1 % is that of the declared share, for shares below 5 % that of 5 %: 0.05 percentage points. What is
 * drawn may differ by 4.5 standard errors of as many draws where that is more; `isWithinOnePercent` is without that.
 * @param {Distribution} distribution @param {ReadonlyMap<string, number>} counts by cell
 */
export function judge({ name, group = name, kind, total, shares }, counts) {
  const found = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const cells = [...new Set([...shares.keys(), ...counts.keys()])].map((cell) => {
    const declared = shares.get(cell) ?? 0
    const share = (counts.get(cell) ?? 0) / total
    const difference = share - declared
    const onePercent = kind === 'always' || declared === 0 ? 0 : 0.01 * Math.max(declared, 0.05)
    const chance = kind === 'drawn' ? STANDARD_ERRORS * Math.sqrt((declared * (1 - declared)) / total) : 0
    const limit = Math.max(onePercent, chance)
    // Of `always` and of `exact` ones the last bit of a quotient is no difference.
    const size = Math.abs(difference) < 1e-12 ? 0 : Math.abs(difference)
    return {
      cell,
      declared,
      found: share,
      difference,
      limit,
      isWithinOnePercent: size <= onePercent,
      isGood: size <= limit,
    }
  })
  const moved = cells.reduce((sum, { difference }) => sum + Math.abs(difference), 0) / 2
  return {
    name,
    group,
    kind,
    total,
    found,
    cells,
    /** The part of the rows that would have to be others. */
    moved,
    isGood: found === total && cells.every((cell) => cell.isGood),
  }
}

/** @param {string} name */
function quoted(name) {
  return `"${name.replaceAll('"', '""')}"`
}

/** @param {TableFill} fill */
function nameOf({ table }) {
  return `${quoted(table.schema)}.${quoted(table.name)}`
}

/** @param {string} table @param {string} cell an SQL expression */
function countBy(table, cell) {
  return `select (${cell})::text as cell, count(*) as count from ${table} group by 1`
}

/** @param {readonly (string | number)[]} cells @returns {ReadonlyMap<string, number>} */
function even(cells) {
  return new Map(cells.map((cell) => [String(cell), 1 / cells.length]))
}

/** @param {readonly (readonly [string, number])[]} weights @returns {ReadonlyMap<string, number>} */
function weighted(weights) {
  const all = weights.reduce((sum, [, weight]) => sum + weight, 0)
  return new Map(weights.map(([cell, weight]) => [cell, weight / all]))
}

/** @param {TableFill} fill @returns {Distribution} */
function noNulls(fill) {
  const { rows, columns } = fill
  const list = columns.map(({ name }) => quoted(name)).join(', ')
  return {
    name: `${nameOf(fill)}: nulls in a row`,
    kind: 'always',
    total: rows,
    shares: even([0]),
    query: countBy(nameOf(fill), `num_nulls(${list})`),
  }
}

/** @param {Column} column @returns {Distribution} */
function noneTwice({ table, total, column }) {
  return {
    name: `${table}.${column}: how often a value is there`,
    kind: 'always',
    total,
    shares: even([1]),
    query: `select n::text as cell, sum(n)::bigint as count from (select count(*) as n from ${table} group by ${column}) t group by 1`,
  }
}

/** @param {Column} column @returns {Distribution[]} */
function uuid({ table, total, column, option }) {
  if ((option('version') ?? 4) !== 4) throw new Error(`${table}.${column}: only version 4 has a check`)
  const digit = (/** @type {number} */ place) => countBy(table, `substr(${column}::text, ${place}, 1)`)
  const name = `${table}.${column}`
  // Not all 30: a pass over the table for each. Some of both halves of both hashes, and those that are mixed least.
  const places = [1, 2, 3, 13, 18, 21, 22, 36]
  return [
    { name: `${name}: version`, kind: 'always', total, shares: even([4]), query: digit(15) },
    { name: `${name}: variant`, kind: 'drawn', total, shares: even([...'89ab']), query: digit(20) },
    ...places.map((place) => ({
      group: `${name}: digits`,
      name: `${name}: character ${place}`,
      kind: /** @type {const} */ ('drawn'),
      total,
      shares: even([...'0123456789abcdef']),
      query: digit(place),
    })),
  ]
}

/** The first of the list is ten times as frequent as the last, or about so. @param {Column} column @returns {Distribution[]} */
function fullName({ names, table, total, column, option }) {
  if (option('isUnique')) throw new Error(`${table}.${column}: unique names have no check`)
  const shares = (/** @type {readonly string[]} */ list) =>
    weighted(list.map((item, k) => [item, Math.round(100_000 / (20 + k))]))
  return /** @type {const} */ ([
    ['given name', names.FIRST_NAMES, 1],
    ['family name', names.LAST_NAMES, 2],
  ]).map(([part, list, place]) => ({
    name: `${table}.${column}: ${part}`,
    kind: 'drawn',
    total,
    shares: shares(list),
    query: countBy(table, `split_part(${column}, ' ', ${place})`),
  }))
}

const DAY = 86_400_000

/** Half as many with each half-life back from the end. @param {Column} column @returns {Distribution[]} */
function timestampRecent({ table, total, column, type, option }) {
  const from = Date.parse(option('from'))
  const to = option('to') === undefined ? from + option('days') * DAY : Date.parse(option('to'))
  const halfLife = (option('halfLifeDays') ?? (to - from) / DAY / 8) * DAY
  const older = (/** @type {number} */ time) => 2 ** (-(to - Math.max(from, Math.min(time, to))) / halfLife)
  const part = (/** @type {number} */ begin, /** @type {number} */ end) =>
    (older(end) - older(begin)) / (1 - older(from))
  const [first, last] = [new Date(from), new Date(to - 1)]
  const months =
    (last.getUTCFullYear() - first.getUTCFullYear()) * 12 + last.getUTCMonth() - first.getUTCMonth() + 1
  const byMonth = Array.from({ length: months }, (_, k) => {
    const month = (/** @type {number} */ n) => Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + n)
    return /** @type {const} */ ([new Date(month(k)).toISOString().slice(0, 7), part(month(k), month(k + 1))])
  })
  /** @type {Map<string, number>} */
  const byYear = new Map()
  for (const [month, share] of byMonth)
    byYear.set(month.slice(0, 4), (byYear.get(month.slice(0, 4)) ?? 0) + share)
  const time = /with time zone|timestamptz/.test(type) ? `${column} at time zone 'UTC'` : column
  const name = `${table}.${column}`
  const query = (/** @type {string} */ form) => countBy(table, `to_char(${time}, '${form}')`)
  return [
    { name: `${name}: year`, kind: 'drawn', total, shares: byYear, query: query('YYYY') },
    { name: `${name}: month`, kind: 'drawn', total, shares: new Map(byMonth), query: query('YYYY-MM') },
  ]
}

/** @param {Column} parts @returns {Distribution[]} */
function email(parts) {
  const { names, table, total, column } = parts
  const lower = (/** @type {readonly string[]} */ list) => list.map((name) => name.toLowerCase())
  const name = `${table}.${column}`
  /** @type {readonly [string, ReadonlyMap<string, number>, string][]} */
  const pieces = [
    ['given name', even(lower(names.FIRST_NAMES)), `split_part(${column}, '.', 1)`],
    ['family name', even(lower(names.LAST_NAMES)), `substring(${column} from '^[a-z]+\\.([a-z]+)\\d')`],
    ['thousand of the number', even([...'0123456789']), `substring(${column} from '(\\d+)@')::int / 1000`],
    ['domain', even(DOMAINS), `split_part(${column}, '@', 2)`],
  ]
  return [
    noneTwice(parts),
    ...pieces.map(([piece, shares, cell]) => ({
      name: `${name}: ${piece}`,
      kind: /** @type {const} */ ('drawn'),
      total,
      shares,
      query: countBy(table, cell),
    })),
  ]
}

/** @param {Column} parts @returns {Distribution[]} */
function phoneNumber(parts) {
  const { table, total, column, option } = parts
  const template = String(option('template') ?? '+1##########')
  const form = template.replaceAll(/[+().]/g, '\\$&').replaceAll('#', '\\d')
  const places = [...template].flatMap((char, k) => (char === '#' ? [k + 1] : []))
  return [
    noneTwice(parts),
    {
      name: `${table}.${column}: is ${template}`,
      kind: 'always',
      total,
      shares: even(['true']),
      query: countBy(table, `${column} ~ '^${form}$'`),
    },
    ...places.map((place) => ({
      group: `${table}.${column}: digits`,
      name: `${table}.${column}: character ${place}`,
      kind: /** @type {const} */ ('drawn'),
      total,
      shares: even([...'0123456789']),
      query: countBy(table, `substr(${column}, ${place}, 1)`),
    })),
  ]
}

/**
 * How many children a parent has, that each child has one, and, for the other tables of children of the same parents, that those who have many
 * of these do not have more of those.
 * @param {Column} own @returns {Distribution[]}
 */
function children(own) {
  const { profile, table, total, column, option } = own
  const parent = parentOf(own)
  const degrees = degreesOf(own, parent.rows)
  const others = profile.tables.flatMap((fill) =>
    fill.columns
      .filter(({ generator }) => generator.kind === 'children' && generator.table === option('table'))
      .map(({ name, generator }) => ({
        ...own,
        table: nameOf(fill),
        total: fill.rows,
        column: quoted(name),
        option: (/** @type {string} */ key) => generator[key],
      })),
  )
  const later = others.slice(
    others.findIndex((other) => other.table === table && other.column === column) + 1,
  )
  return [
    {
      name: `${table}: rows of one of ${parent.name}`,
      kind: 'exact',
      total: parent.rows,
      shares: degrees,
      query: `select n::text as cell, count(*) as count from (${perParent(own, parent)}) t group by 1`,
    },
    {
      name: `${table}.${column}: is there`,
      kind: 'always',
      total,
      shares: even(['true']),
      query: `select (p.${parent.key} is not null)::text as cell, count(*) as count from ${table} c left join ${parent.name} p on p.${parent.key} = c.${column} group by 1`,
    },
    ...later.map((other) => both(own, other, parent)),
  ]
}

/** @param {Column} own @param {Column} other @param {ReturnType<typeof parentOf>} parent @returns {Distribution} */
function both(own, other, parent) {
  const [mine, theirs] = [degreesOf(own, parent.rows), degreesOf(other, parent.rows)]
  const pairs = [...mine].flatMap(([x, p]) =>
    [...theirs].map(([y, q]) => /** @type {const} */ ([`${x} and ${y}`, p * q])),
  )
  return {
    name: `${own.table} and ${other.table} of one of ${parent.name}`,
    kind: 'drawn',
    total: parent.rows,
    shares: new Map(pairs),
    query: `select a.n || ' and ' || b.n as cell, count(*) as count from (${perParent(own, parent)}) a join (${perParent(other, parent)}) b using (key) group by 1`,
  }
}

/** @param {Column} column */
function parentOf({ profile, option }) {
  const fill = profile.tables.find(({ table }) => `${table.schema}.${table.name}` === option('table'))
  if (!fill) throw new Error(`${option('table')} is not filled`)
  return { name: nameOf(fill), key: quoted(option('column')), rows: fill.rows }
}

/** @param {Column} column @param {ReturnType<typeof parentOf>} parent */
function perParent({ table, column }, { name, key }) {
  return `select p.${key} as key, count(c.${column}) as n from ${name} p left join ${table} c on c.${column} = p.${key} group by 1`
}

/** Given weights, or Zipf's law: the k-th degree k^-exponent times as often as the first. @param {Column} column @param {number} parents */
function degreesOf({ total, option }, parents) {
  if (option('degrees'))
    return weighted(Object.entries(option('degrees')).map(([degree, weight]) => [degree, Number(weight)]))
  const [min, max] = [option('min') ?? 1, option('max')]
  const law = (/** @type {number} */ exponent) =>
    weighted(Array.from({ length: max - min + 1 }, (_, k) => [String(min + k), (k + 1) ** -exponent]))
  const mean = (/** @type {ReadonlyMap<string, number>} */ shares) =>
    [...shares].reduce((sum, [degree, share]) => sum + Number(degree) * share, 0)
  if (option('exponent') !== undefined) return law(option('exponent'))
  let [low, high] = [-16, 16]
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2
    if (mean(law(middle)) > total / parents) low = middle
    else high = middle
  }
  return law(low)
}
