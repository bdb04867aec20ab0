import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { autoConfMap, editAutoConf, parseAutoConf } from '../../../src/tuning/auto-conf.ts'

const name = fc.stringMatching(/^[a-z_][a-z0-9_]{0,12}(\.[a-z_][a-z0-9_]{0,8})?$/)
const value = fc.string({ unit: 'binary', maxLength: 30 }).filter((s) => !s.includes('\0'))
const entries = fc.uniqueArray(fc.record({ name, value }), { selector: (entry) => entry.name })
type Entries = ReturnType<typeof parseAutoConf>

const written = (list: Entries) => editAutoConf('', new Map(list.map((e) => [e.name, e.value])))

describe('postgresql.auto.conf', () => {
  it('reads back every text that it writes, quotes and backslashes included', () => {
    fc.assert(
      fc.property(entries, (list) => {
        expect(parseAutoConf(written(list))).toEqual(list)
      }),
    )
  })

  it('changes the named settings and keeps every other one', () => {
    fc.assert(
      fc.property(entries, name, fc.option(value), (list, changed, to) => {
        const edited = autoConfMap(editAutoConf(written(list), new Map([[changed, to]])))
        const expected = new Map(list.map((e) => [e.name, e.value]))
        expected.delete(changed)
        if (to !== null) expected.set(changed, to)
        expect(new Map(edited)).toEqual(expected)
      }),
    )
  })

  it('keeps other lines byte for byte, comments and duplicates included', () => {
    const text = "# mine\nwork_mem='1MB' # a\nwork_mem = 2MB\nfsync = 'off'\nport 5433\n"
    expect(editAutoConf(text, new Map([['fsync', null]]))).toBe(
      "# mine\nwork_mem='1MB' # a\nwork_mem = 2MB\nport 5433\n",
    )
  })

  it('lets the last entry of a name win, whatever its case', () => {
    expect(autoConfMap("work_mem = '1MB'\nWork_Mem = '2MB'\n").get('work_mem')).toBe('2MB')
  })

  it('understands doubled quotes, escapes and bare values', () => {
    const map = autoConfMap("a = 'it''s'\nb = 'x\\\\y\\'z'\nc=-1\nd 0.5\ne = ''\n")
    expect([...map]).toEqual([
      ['a', "it's"],
      ['b', "x\\y'z"],
      ['c', '-1'],
      ['d', '0.5'],
      ['e', ''],
    ])
  })

  it('ends a last line without a newline before it adds one', () => {
    expect(editAutoConf("a = '1'", new Map([['b', '2']]))).toBe("a = '1'\nb = '2'\n")
  })
})
