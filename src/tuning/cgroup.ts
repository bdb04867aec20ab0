/** Reads a small text file of the server's machine; null where there is none. */
export type ReadText = (path: string) => Promise<string | null>

export interface LinuxLimits {
  readonly cpus: number
  readonly memoryBytes: number
}

/**
 * CPUs and memory that the process behind `read` may use: what the machine has, less what its control groups (v2 and
 * v1, each with all groups above it) allow. Undefined where /proc does not say.
 */
export async function linuxLimits(read: ReadText): Promise<LinuxLimits | undefined> {
  const total = /^MemTotal:\s+(\d+) kB/m.exec((await read('/proc/meminfo')) ?? '')
  const allowed = /^Cpus_allowed_list:\s+(\S+)/m.exec((await read('/proc/self/status')) ?? '')
  if (total === null || allowed === null) return undefined
  let memoryBytes = Number(total[1]) * 1024
  let cpus = countCpus(allowed[1]!)
  for (const group of controlGroups((await read('/proc/self/cgroup')) ?? '')) {
    const limit = await groupLimit(group, read)
    memoryBytes = Math.min(memoryBytes, limit.memoryBytes)
    cpus = Math.min(cpus, limit.cpus)
  }
  return { cpus: Math.max(1, Math.floor(cpus)), memoryBytes }
}

/** '0-3,8' is five. */
export function countCpus(list: string): number {
  return list.split(',').reduce((sum, range) => {
    const [first, last = first] = range.split('-').map(Number)
    return sum + (last! - first! + 1)
  }, 0)
}

interface Group {
  readonly kind: 'v2' | 'memory' | 'cpu'
  readonly folder: string
}

/** /proc/self/cgroup, with the groups above each: a limit of any of them holds. A container sees its own as the root. */
function controlGroups(text: string): readonly Group[] {
  const groups = text.split('\n').flatMap((line): Group[] => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
    if (controllers === undefined || path === undefined) return []
    if (controllers === '') return ancestors(path).map((p) => ({ kind: 'v2', folder: `/sys/fs/cgroup${p}` }))
    const names = controllers.split(',')
    return (['memory', 'cpu'] as const)
      .filter((kind) => names.includes(kind))
      .flatMap((kind) => ancestors(path).map((p) => ({ kind, folder: `/sys/fs/cgroup/${kind}${p}` })))
  })
  return groups
}

/** '/a/b' stands in '/a/b', '/a' and '' (the root). */
function ancestors(path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..')
  return parts.map((_, i) => `/${parts.slice(0, parts.length - i).join('/')}`).concat('')
}

async function groupLimit({ kind, folder }: Group, read: ReadText): Promise<LinuxLimits> {
  const number = async (file: string) => Number((await read(`${folder}/${file}`)) ?? Number.NaN)
  const memory =
    kind === 'cpu' ? Number.NaN : await number(kind === 'v2' ? 'memory.max' : 'memory.limit_in_bytes')
  let cpus = Number.NaN
  if (kind === 'v2') {
    const [quota, period] = ((await read(`${folder}/cpu.max`)) ?? '').split(' ').map(Number)
    cpus = quota! / period!
  } else if (kind === 'cpu') {
    cpus = (await number('cpu.cfs_quota_us')) / (await number('cpu.cfs_period_us'))
  }
  // "max", a missing file and v1's -1 all mean: no limit.
  return { cpus: cpus > 0 ? cpus : Infinity, memoryBytes: memory > 0 ? memory : Infinity }
}
