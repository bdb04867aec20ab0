import { setTimeout as delay } from 'node:timers/promises'

/** Asks every few milliseconds until the condition holds; fails with `what` when it does not within a minute. */
export async function until(what: string, condition: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = Date.now() + 60_000; !(await condition()); await delay(5)) {
    if (Date.now() > end) throw new Error(`waited for a minute in vain until ${what}`)
  }
}
