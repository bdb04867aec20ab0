import { formatBytes } from '../../kernel/index.ts'
import type { DiskKind, Elsewhere, Hardware, PlannedSetting, TuningPlan } from '../../tuning/index.ts'
import type { Colors, Output } from '../output.ts'

/** Rows as left-aligned columns; the last one is not padded. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]!.length))) ?? []
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export function printElsewhere(elsewhere: readonly Elsewhere[], out: Output): void {
  for (const { profile, server, journal } of elsewhere) {
    out.print(
      `${profile} is applied on another server, ${server}: revert it there (--url). When that server is gone, delete ${journal}.`,
    )
  }
}

/** What another project, or a lost journal, has left. */
export function printForeign(marker: string, out: Output): void {
  out.print(out.colors.yellow(`A tuning profile is in force that is not in the journal here: ${marker}.`))
  out.print(
    'gigarow tune revert in the project that applied it puts the settings back. If its journal is lost, put them back by hand (select * from pg_file_settings), then gigarow tune revert --drop-marker.',
  )
}

const DISKS: Readonly<Record<DiskKind, string>> = {
  hdd: 'rotating disk',
  ssd: 'SSD',
  nvme: 'NVMe',
  san: 'network disk',
  unknown: 'disk of unknown kind (--disk)',
}

export function describeHardware(hardware: Hardware): string {
  const { cpus, memoryBytes, diskFreeBytes, walFreeBytes, disk, walDisk, container } = hardware
  const wal = walFreeBytes === diskFreeBytes ? '' : `, ${formatBytes(walFreeBytes)} for WAL`
  const disks = disk === walDisk ? DISKS[disk] : `${DISKS[disk]}, WAL on ${DISKS[walDisk]}`
  const box = container ? ', in a container' : ''
  return `${cpus} CPU${cpus === 1 ? '' : 's'}, ${formatBytes(memoryBytes)} memory, ${formatBytes(diskFreeBytes)} free disk${wal}, ${disks}${box}`
}

export function renderPlan(plan: TuningPlan, { dim, bold, yellow }: Colors): string {
  const rows = plan.settings.map((s) => [s.name, s.now, s.wanted, effect(s), s.level, remark(s)])
  const lines = columns([['setting', 'now', 'wanted', 'takes effect', 'level', ''], ...rows]).split('\n')
  const set = plan.settings.filter((s) => s.action === 'set').length
  const summary =
    set === 0
      ? 'Nothing to change.'
      : `${set} to change${plan.needsRestart ? ', with a restart' : ', without a restart'}${plan.unsafe.length > 0 ? `; turns off durability: ${plan.unsafe.join(', ')}` : ''}.`
  const forbidden = plan.settings.some((s) => s.forbidden === true)
  const rest = forbidden ? [`gigarow tune render ${plan.profile} writes out what this user may not set.`] : []
  return [
    dim(`${plan.profile} for ${describeHardware(plan.hardware)}`),
    ...plan.notes.map(yellow),
    ...(plan.guessed.length === 0 ? [] : [yellow(guesses(plan.guessed))]),
    bold(lines[0]!),
    ...lines.slice(1),
    '',
    summary,
    ...rest,
  ].join('\n')
}

const FLAGS: Partial<Readonly<Record<keyof Hardware, string>>> = {
  cpus: '--cpus',
  memoryBytes: '--memory',
  diskFreeBytes: '--disk-free',
  walFreeBytes: '--wal-free',
}

function guesses(names: readonly (keyof Hardware)[]): string {
  const flags = names.flatMap((name) => FLAGS[name] ?? [])
  return `Some of this is a guess, because the server's machine cannot be looked at: say it with ${flags.join(', ')}.`
}

function effect(setting: PlannedSetting): string {
  if (setting.action === 'skip') return 'skipped'
  if (setting.action === 'unchanged') return 'unchanged'
  if (setting.scope !== undefined) return 'in new sessions'
  return setting.takesEffect === 'restart' ? 'on restart' : 'on reload'
}

function remark(setting: PlannedSetting): string {
  const { role, database } = setting.scope ?? {}
  const whom = role === null ? `database ${database}` : `role ${role} in database ${database}`
  const scope = setting.scope === undefined || setting.action !== 'set' ? [] : [`for ${whom} only`]
  const shadow = setting.shadowedBy === undefined ? [] : [`overridden for ${setting.shadowedBy}`]
  return [...scope, ...(setting.note === undefined ? [] : [setting.note]), ...shadow].join('; ')
}
