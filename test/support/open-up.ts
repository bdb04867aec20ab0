import { chmodSync } from 'node:fs'

/** Lets the server's user through: when we are root it is another one. */
export function openUp(dir: string): string {
  chmodSync(dir, 0o755)
  return dir
}
