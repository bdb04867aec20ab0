import { readFileSync } from 'node:fs'

/** The version in package.json, which stands two folders above this file, built or not. */
export function packageVersion(): string {
  const path = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}
