import { cpSync, existsSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Binaries } from '../../../src/cluster/index.ts'
import { testBinaries } from '../../support/index.ts'

/** The programs as `npm ci --ignore-scripts` leaves them in a folder that nobody else may enter: no links in lib. */
export function binaries(closed: string): Binaries {
  const pack = dirname(dirname(dirname(testBinaries().postgres)))
  const copy = join(closed, 'package')
  if (!existsSync(copy)) {
    cpSync(pack, copy, { recursive: true, verbatimSymlinks: true })
    rmSync(join(copy, 'native/lib/libpq.so.5'), { force: true })
    rmSync(join(copy, 'native/lib/libicuuc.so.60'), { force: true })
  }
  const at = (name: string) => join(copy, 'native/bin', name)
  return { initdb: at('initdb'), pg_ctl: at('pg_ctl'), postgres: at('postgres') }
}
