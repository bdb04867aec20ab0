import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockedAt, grants } from '../../../src/cluster/access.ts'
import { gigarowConf, sharedBuffersMb } from '../../../src/cluster/conf.ts'
import { placeAt } from '../../../src/cluster/place.ts'

const GB = 1024 ** 3

describe('mode bits', () => {
  const file = { uid: 1, gid: 2, mode: 0o750 }
  it('are those of the owner, else of the group, else of everybody', () => {
    expect(grants(file, { name: 'owner', uid: 1, gid: 9 }, 7)).toBe(true)
    expect(grants(file, { name: 'group', uid: 9, gid: 2 }, 5)).toBe(true)
    expect(grants(file, { name: 'group', uid: 9, gid: 2 }, 2)).toBe(false)
    expect(grants(file, { name: 'other', uid: 9, gid: 9 }, 1)).toBe(false)
  })
  it('of the owner count even when those of everybody grant more', () => {
    expect(grants({ uid: 1, gid: 2, mode: 0o077 }, { name: 'owner', uid: 1, gid: 2 }, 1)).toBe(false)
  })
})

it('a path that everybody may enter is blocked nowhere, whether it exists or not', () => {
  expect(blockedAt('/usr/no/such/folder', { name: 'x', uid: 54321, gid: 54321 })).toBeUndefined()
})

describe('the base settings', () => {
  it('give the server a quarter of the memory, from 128 MB to 4 GB', () => {
    expect([0.1, 2, 8, 24, 512].map((n) => sharedBuffersMb(n * GB))).toEqual([128, 512, 2048, 4096, 4096])
  })
  it('quote a socket folder with any character', () => {
    const conf = gigarowConf({ port: 1, socketDir: `/it's, "here"`, memoryBytes: GB })
    expect(conf).toContain(`unix_socket_directories = '"/it''s, ""here"""'`)
  })
})

it('a socket path fits its 108 bytes wherever the project is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }), (name) => {
      const { socketDir } = placeAt(`/home/me/${name.replaceAll(/[/\0]/g, '_')}/.gigarow`, null)
      expect(Buffer.byteLength(`${socketDir}/.s.PGSQL.65535`)).toBeLessThan(108)
    }),
  )
})
