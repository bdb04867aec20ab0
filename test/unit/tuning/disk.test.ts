import { describe, expect, it } from 'vitest'
import { diskKind, inContainer } from '../../../src/tuning/disk.ts'

/** A machine's files, and what is mounted where: [device, mount point, kind of file system]. */
function machineWith(mounts: readonly (readonly [string, string, string])[], files: Record<string, string>) {
  const mountinfo = mounts.map(
    ([device, point, kind], i) => `${i + 20} 1 ${device} / ${point} rw,relatime shared:1 - ${kind} /dev/x rw`,
  )
  const all = { '/proc/self/mountinfo': mountinfo.join('\n'), ...files }
  return async (path: string) => (all as Record<string, string>)[path] ?? null
}

const disk = (name: string, rotational: 0 | 1, model = '') => ({
  [`/sys/block/${name}/queue/rotational`]: `${rotational}\n`,
  [`/sys/block/${name}/device/model`]: model,
})
const device = (number: string, name: string) => ({
  [`/sys/dev/block/${number}/uevent`]: `DEVNAME=${name}\n`,
})

const DATA = '/var/lib/postgresql/data'

describe('the kind of a disk', () => {
  it.each([
    ['a partition of a rotating disk', 'sda2', disk('sda', 1, 'WDC WD40EFRX'), 'hdd'],
    ['an SSD', 'sdb', disk('sdb', 0, 'Samsung SSD 870'), 'ssd'],
    ['a partition of an NVMe disk', 'nvme0n1p3', disk('nvme0n1', 0, 'SAMSUNG MZVL'), 'nvme'],
    ['a logical volume', 'dm-0', disk('dm-0', 0), 'ssd'],
    [
      'a cloud volume that looks like NVMe',
      'nvme1n1',
      disk('nvme1n1', 0, 'Amazon Elastic Block Store'),
      'san',
    ],
    ['a virtual disk that calls itself rotating', 'vda1', disk('vda', 1), 'unknown'],
    ['another such', 'sda1', disk('sda', 1, 'QEMU HARDDISK'), 'unknown'],
    ['a virtual disk that does not', 'vda', disk('vda', 0), 'ssd'],
  ] as const)('%s', async (_, name, files, kind) => {
    const read = machineWith([['8:1', '/', 'ext4']], { ...device('8:1', name), ...files })
    expect(await diskKind(DATA, read)).toBe(kind)
  })

  it('is that of the innermost mount: a volume inside of a container, and not its layers', async () => {
    const files = {
      ...device('259:2', 'nvme0n1'),
      ...disk('nvme0n1', 0),
      ...device('8:0', 'sda'),
      ...disk('sda', 1),
    }
    const layers = ['0:52', '/', 'overlay'] as const
    const read = machineWith([layers, ['259:2', DATA, 'ext4'], ['8:0', '/var/lib/post', 'ext4']], files)
    expect(await diskKind(DATA, read)).toBe('nvme')
    expect(await diskKind('/var/lib/postgresql', read)).toBe('unknown')
    expect(await inContainer(read)).toBe(true)
    expect(await inContainer(machineWith([['8:0', '/', 'ext4']], files))).toBe(false)
  })

  it('is unknown where nothing can be read', async () => {
    expect(await diskKind(DATA, async () => null)).toBe('unknown')
  })
})
