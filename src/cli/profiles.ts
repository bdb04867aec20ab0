import type { ResolvedConfig } from '../config/index.ts'
import type { Profile } from '../seed/index.ts'

export async function loadProfile(_config: ResolvedConfig, name: string): Promise<Profile> {
  throw new Error(name)
}
