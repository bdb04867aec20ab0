import type { Finding } from '../../lint/index.ts'
import type { Colors, Output } from '../output.ts'

export interface Judged extends Finding {
  /** By --allow. Those allowed by a comment are no findings at all. */
  readonly allowed: boolean
}

/** Findings for people: where, how bad, which rule; the statement's beginning; what happens; what to write instead. */
export function printFindings(out: Output, findings: readonly Judged[]): void {
  for (const finding of findings.filter(({ allowed }) => !allowed)) {
    out.print(`${findingText(finding, out.colors)}\n`)
  }
}

function findingText({ file, line, column, ...finding }: Judged, colors: Colors): string {
  const { bold, dim, red, yellow, cyan } = colors
  const paint = { drop: red, lock: yellow, notice: cyan }[finding.severity]
  const help = finding.help.split('\n')
  return [
    `${bold(`${file}:${line}:${column}`)}  ${paint(finding.severity)}  ${finding.rule}`,
    ...(finding.statement === '' ? [] : [dim(`  ${oneLine(finding.statement)}`)]),
    `  ${finding.text}`,
    ...(help.length === 1 && !help[0]!.endsWith(';')
      ? [`  Instead: ${help[0]}`]
      : ['  Instead:', ...help.map((text) => (text.startsWith('--') ? dim(`    ${text}`) : `    ${text}`))]),
  ].join('\n')
}

const WIDTH = 100

function oneLine(sql: string): string {
  const line = sql.replaceAll(/--[^\n]*\n/g, ' ').replaceAll(/\s+/g, ' ')
  return line.length > WIDTH ? `${line.slice(0, WIDTH)}…` : line
}

/** 1 drop, 2 lock, 1 notice in 3 files */
export function summary(findings: readonly Judged[], files: number): string {
  const shown = findings.filter(({ allowed }) => !allowed)
  const counts = (['drop', 'lock', 'notice'] as const)
    .map((severity) => [shown.filter((f) => f.severity === severity).length, severity] as const)
    .filter(([n]) => n > 0)
    .map(([n, severity]) => `${n} ${severity}${severity === 'notice' && n !== 1 ? 's' : ''}`)
  const allowed = findings.length - shown.length
  const found = counts.length === 0 ? 'No findings' : counts.join(', ')
  const where = files === 1 ? '1 file' : `${files} files`
  return `${found} in ${where}${allowed > 0 ? `; ${allowed} allowed by --allow` : ''}.`
}
