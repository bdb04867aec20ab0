import { formatBytes } from '../../kernel/index.ts'
import type { Elsewhere, Hardware, PlannedSetting, TuningPlan } from '../../tuning/index.ts'
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

export function describeHardware(hardware: Hardware): string {
  const { cpus, memoryBytes, diskFreeBytes, walFreeBytes } = hardware
  const wal = walFreeBytes === diskFreeBytes ? '' : `, ${formatBytes(walFreeBytes)} for WAL`
  return `${cpus} CPU${cpus === 1 ? '' : 's'}, ${formatBytes(memoryBytes)} memory, ${formatBytes(diskFreeBytes)} free disk${wal}`
}

export function renderPlan(plan: TuningPlan, { dim, bold }: Colors): string {
  const rows = plan.settings.map((s) => [s.name, s.now, s.wanted, effect(s), s.level, remark(s)])
  const lines = columns([['setting', 'now', 'wanted', 'takes effect', 'level', ''], ...rows]).split('\n')
  const set = plan.settings.filter((s) => s.action === 'set').length
  const summary =
    set === 0
      ? 'Nothing to change.'
      : `${set} to change${plan.needsRestart ? ', with a restart' : ', without a restart'}${plan.unsafe.length > 0 ? `; turns off durability: ${plan.unsafe.join(', ')}` : ''}.`
  return [
    dim(`${plan.profile} for ${describeHardware(plan.hardware)}`),
    bold(lines[0]!),
    ...lines.slice(1),
    '',
    summary,
  ].join('\n')
}

function effect(setting: PlannedSetting): string {
  if (setting.action === 'skip') return 'skipped'
  if (setting.action === 'unchanged') return 'unchanged'
  return setting.takesEffect === 'restart' ? 'on restart' : 'on reload'
}

function remark(setting: PlannedSetting): string {
  const shadow = setting.shadowedBy === undefined ? [] : [`overridden for ${setting.shadowedBy}`]
  return [...(setting.note === undefined ? [] : [setting.note]), ...shadow].join('; ')
}
