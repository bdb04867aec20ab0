import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { GigarowError } from '../kernel/index.ts'

/** Below the range that systems take for outgoing connections (32768 or 49152 upwards), above the well-known ones. */
const FIRST = 20_000
const LAST = 30_000

/** Whether nobody listens on the port of the loopback address. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)))
  })
}

export async function choosePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(FIRST, LAST)
    if (await isPortFree(port)) return port
  }
  throw new GigarowError(
    'PORT_IN_USE',
    `No free port was found between ${FIRST} and ${LAST} on this machine.`,
    {
      facts: { first: FIRST, last: LAST },
      hint: 'Set embedded.port in gigarow.config.ts to a free one.',
    },
  )
}

export function portInUse(port: number): GigarowError {
  return new GigarowError('PORT_IN_USE', `Port ${port} is in use by another program.`, {
    facts: { port },
    hint: 'Stop that program, or set embedded.port in gigarow.config.ts to another port (0 picks a free one).',
  })
}
