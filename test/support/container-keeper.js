// node container-keeper.js NAME
// Removes the container NAME when whoever started us ends, however that was: our stdin closes then. By name, because a
// container that was made but never started is left behind too.
import { once } from 'node:events'

const REMOVE_MS = 30_000

const [name] = process.argv.slice(2)
await once(process.stdin.resume(), 'close')
setTimeout(() => process.exit(1), REMOVE_MS).unref()
const { getContainerRuntimeClient } = await import('testcontainers')
const { container } = await getContainerRuntimeClient()
try {
  await container.getById(String(name)).remove({ force: true, v: true })
} catch (error) {
  // Never made, or gone already.
  if (Object(error).statusCode !== 404) throw error
}
