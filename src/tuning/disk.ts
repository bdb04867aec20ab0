import type { ReadText } from './cgroup.ts'
import type { DiskKind } from './profile.ts'

interface Mount {
  readonly point: string
  /** major:minor; major 0 stands for what is no disk: overlay, tmpfs, btrfs, nfs. */
  readonly device: string
}

/** Disks that a hypervisor makes up: many call themselves rotating whatever is below. */
const VIRTUAL = /qemu|vbox|virtual|vmware|msft/i
/** NVMe by name, a network by nature. */
const NETWORK = /elastic block store|persistentdisk|nvme_card-pd/i

/**
 * The kind of the disk below a folder of the machine behind `read`, by /proc/self/mountinfo and /sys/block. unknown for a
 * container's own layers, file systems over the network, and disks of virtual machines that say nothing certain.
 */
export async function diskKind(folder: string, read: ReadText): Promise<DiskKind> {
  const mount = mountOf(folder, (await read('/proc/self/mountinfo')) ?? '')
  if (mount === undefined || mount.device.startsWith('0:')) return 'unknown'
  const name = /^DEVNAME=(\S+)$/m.exec((await read(`/sys/dev/block/${mount.device}/uevent`)) ?? '')?.[1]
  if (name === undefined) return 'unknown'
  for (const disk of wholeDisks(name)) {
    const rotational = (await read(`/sys/block/${disk}/queue/rotational`))?.trim()
    if (rotational === undefined) continue
    const text = async (file: string) => (await read(`/sys/block/${disk}/device/${file}`)) ?? ''
    return classify(disk, rotational === '1', `${await text('vendor')} ${await text('model')}`)
  }
  return 'unknown'
}

/** The mount that the folder is in; later mounts cover earlier ones. */
function mountOf(folder: string, mountinfo: string): Mount | undefined {
  let best: Mount | undefined
  for (const line of mountinfo.split('\n')) {
    const [, , device, , escaped] = line.split(' ')
    if (device === undefined || escaped === undefined) continue
    const point = escaped.replaceAll(/\\([0-7]{3})/g, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 8)),
    )
    const inside = folder === point || folder.startsWith(point === '/' ? '/' : `${point}/`)
    if (inside && (best === undefined || point.length >= best.point.length)) best = { point, device }
  }
  return best
}

/** A name that may be a partition's, and the disk that would then be meant: sda1, nvme0n1p2, mmcblk0p1. */
function wholeDisks(name: string): readonly string[] {
  const parent = /^(.*\d)p\d+$/.exec(name)?.[1] ?? /^([a-z]+)\d+$/.exec(name)?.[1]
  return parent === undefined ? [name] : [name, parent]
}

function classify(disk: string, rotating: boolean, model: string): DiskKind {
  if (NETWORK.test(model)) return 'san'
  if (rotating) return /^(vd|xvd)/.test(disk) || VIRTUAL.test(model) ? 'unknown' : 'hdd'
  return disk.startsWith('nvme') ? 'nvme' : 'ssd'
}

/** Whether the process behind `read` runs in a container. */
export async function inContainer(read: ReadText): Promise<boolean> {
  for (const file of ['/.dockerenv', '/run/.containerenv']) {
    if ((await read(file)) !== null) return true
  }
  if (/docker|kubepods|containerd|libpod|lxc/.test((await read('/proc/self/cgroup')) ?? '')) return true
  return /^\S+ \S+ \S+ \S+ \/ .* - (overlay|fuse-overlayfs) /m.test(
    (await read('/proc/self/mountinfo')) ?? '',
  )
}
