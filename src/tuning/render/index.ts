import { shellLine } from '../../kernel/index.ts'
import { alterSystem } from '../alter-system.ts'
import { renderConfLine } from '../auto-conf.ts'
import type { RenderItem } from './items.ts'

export const RENDER_FORMATS = ['conf', 'alter-system', 'rds', 'aurora', 'cloudsql', 'azure'] as const
export type RenderFormat = (typeof RENDER_FORMATS)[number]

export interface RenderTarget {
  readonly profile: string
  /** Of the parameter group (rds, aurora), the instance (cloudsql) or the server (azure). */
  readonly name?: string
  /** Azure only. */
  readonly resourceGroup?: string
}

/** Text that makes the settings where gigarow may not: for a file, psql, or a shell. */
export function renderSettings(
  format: RenderFormat,
  items: readonly RenderItem[],
  target: RenderTarget,
): string {
  switch (format) {
    case 'conf':
      return conf(items, target)
    case 'alter-system':
      return statements(items, target)
    case 'rds':
    case 'aurora':
      return parameterGroup(format, items, target)
    case 'cloudsql':
      return cloudSql(items, target)
    case 'azure':
      return azure(items, target)
  }
}

function conf(items: readonly RenderItem[], { profile }: RenderTarget): string {
  const lines = items.flatMap((item) => [
    comment('#', `${item.reason}${item.restart ? ' (restart)' : ''}`),
    renderConfLine({ name: item.name, value: item.wanted }).trimEnd(),
  ])
  return text([comment('#', `tuning profile ${profile}`), ...keepLarger('#', items), ...lines])
}

function statements(items: readonly RenderItem[], { profile }: RenderTarget): string {
  const restart = items.filter((item) => item.restart).map((item) => item.name)
  return text([
    comment('--', `tuning profile ${profile}`),
    ...keepLarger('--', items),
    ...items.flatMap((item) => [comment('--', item.reason), `${alterSystem(item.name, item.wanted)};`]),
    'select pg_reload_conf();',
    ...(restart.length === 0 ? [] : [comment('--', `then restart the server for ${restart.join(', ')}`)]),
  ])
}

/** Without a look at the server a number may be a step back: fewer connections lock clients out. */
function keepLarger(mark: string, items: readonly RenderItem[]): readonly string[] {
  const names = items.filter((item) => item.atLeast).map((item) => item.name)
  if (names.length === 0) return []
  return [comment(mark, `take these out where the server has a larger number already: ${names.join(', ')}`)]
}

/** Those of durability: a provider keeps them to itself. */
function split(items: readonly RenderItem[]) {
  const kept = items.filter((item) => item.level === 'L3').map((item) => item.name)
  const note = `left out, the provider's business: ${kept.join(', ')}`
  return {
    ours: items.filter((item) => item.level !== 'L3'),
    notes: [...keepLarger('#', items), ...(kept.length === 0 ? [] : [comment('#', note)])],
  }
}

/** The limit of one call of the API. */
const PARAMETERS_A_CALL = 20

function parameterGroup(
  format: 'rds' | 'aurora',
  items: readonly RenderItem[],
  { profile, name = 'YOUR-PARAMETER-GROUP' }: RenderTarget,
): string {
  const { ours, notes } = split(items)
  const [command, option] =
    format === 'rds'
      ? ['modify-db-parameter-group', '--db-parameter-group-name']
      : ['modify-db-cluster-parameter-group', '--db-cluster-parameter-group-name']
  const parameters = ours.map((item) => ({
    ParameterName: item.name,
    ParameterValue: item.boolean ? (item.bare === 'on' ? '1' : '0') : item.bare,
    ApplyMethod: item.restart ? 'pending-reboot' : 'immediate',
  }))
  const calls = []
  for (let at = 0; at < parameters.length; at += PARAMETERS_A_CALL) {
    const list = JSON.stringify(parameters.slice(at, at + PARAMETERS_A_CALL))
    calls.push(shellLine(['aws', 'rds', command, option, name, '--parameters', list]))
  }
  const reboot = ours.some((item) => item.restart)
    ? [comment('#', 'then reboot the instance for those with pending-reboot')]
    : []
  return text([comment('#', `tuning profile ${profile}`), ...notes, ...calls, ...reboot])
}

function cloudSql(items: readonly RenderItem[], { profile, name = 'YOUR-INSTANCE' }: RenderTarget): string {
  const { ours, notes } = split(items)
  // gcloud splits at commas unless another mark is named first.
  const flags = `^~^${ours.map((item) => `${item.name}=${item.bare}`).join('~')}`
  return text([
    comment('#', `tuning profile ${profile}`),
    comment(
      '#',
      'careful: --database-flags replaces ALL flags of the instance; add the ones it has already:',
    ),
    comment(
      '#',
      shellLine(['gcloud', 'sql', 'instances', 'describe', name, '--format=value(settings.databaseFlags)']),
    ),
    ...notes,
    shellLine(['gcloud', 'sql', 'instances', 'patch', name, `--database-flags=${flags}`]),
  ])
}

function azure(
  items: readonly RenderItem[],
  { profile, name = 'YOUR-SERVER', resourceGroup = 'YOUR-RESOURCE-GROUP' }: RenderTarget,
): string {
  const { ours, notes } = split(items)
  const command = ['az', 'postgres', 'flexible-server', 'parameter', 'set']
  const where = ['--resource-group', resourceGroup, '--server-name', name]
  return text([
    comment('#', `tuning profile ${profile}`),
    ...notes,
    ...ours.map((item) => shellLine([...command, ...where, '--name', item.name, '--value', item.bare])),
    ...(ours.some((item) => item.restart)
      ? [
          shellLine([
            'az',
            'postgres',
            'flexible-server',
            'restart',
            '--resource-group',
            resourceGroup,
            '--name',
            name,
          ]),
        ]
      : []),
  ])
}

/** A profile's texts are the user's: none of them may end the comment. */
function comment(mark: string, words: string): string {
  return `${mark} ${words.replaceAll(/\s+/g, ' ')}`
}

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`
}
