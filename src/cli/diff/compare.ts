import type { Target } from '../../db/index.ts'
import type { AdjustOptions, PolicyOf, ScratchServer, Source, SourceState } from '../../migrate/index.ts'
import type { CommandContext } from '../command.ts'

export interface Comparison {
  readonly from: Source
  readonly to: Source
  readonly policies: readonly PolicyOf[]
  readonly scratch: ScratchServer
  /** Partitions that a policy is going to make: differences, or time's matter. */
  readonly ahead: AdjustOptions['ahead']
  /** Milliseconds since 1970. Default: now. */
  readonly now?: number
}

/** Both states, open. A database is opened first: what is built for it follows its version and its partitions. */
export async function withBoth<T>(
  { signal, config }: Pick<CommandContext, 'signal'> & Partial<Pick<CommandContext, 'config'>>,
  { from, to, policies, scratch, ahead, now = Date.now() }: Comparison,
  use: (from: SourceState, to: SourceState) => Promise<T>,
): Promise<T> {
  const { adjustLeaves, withSource } = await import('../../migrate/index.ts')
  const { onlyOwn } = await import('../../model/index.ts')
  const only = (await config?.())?.only
  // What the other side has belongs to the project, whatever the patterns say.
  const own = (state: SourceState, other: SourceState): SourceState =>
    only !== undefined && state.source.kind === 'database'
      ? { ...state, catalog: onlyOwn(state.catalog, only, other.catalog.objects) }
      : state
  const toFirst = to.kind === 'database' && from.kind !== 'database'
  const [first, second] = toFirst ? [to, from] : [from, to]
  return withSource(first, { scratch, signal }, (like) => {
    const adjust = { policies, other: like.catalog, now, ahead }
    const prepare = (db: Parameters<typeof adjustLeaves>[0]) => adjustLeaves(db, adjust)
    return withSource(second, { scratch, signal, like, prepare }, (other) =>
      toFirst ? use(own(other, like), own(like, other)) : use(own(like, other), own(other, like)),
    )
  })
}

export function targetOf(...sources: readonly Source[]): Target | undefined {
  return sources.find((source) => source.kind === 'database')?.target
}
