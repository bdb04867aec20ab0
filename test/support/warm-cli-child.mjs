// What bin/gigarow.js does, again and again in one process: see warm-cli.ts.
import { Writable } from 'node:stream'
import { main } from '../../dist/cli/main.js'

function collector() {
  let text = ''
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  return { stream: /** @type {NodeJS.WriteStream} */ (stream), text: () => text }
}

process.on(
  'message',
  async (/** @type {{ args: string[], cwd: string, env: NodeJS.ProcessEnv }} */ command) => {
    const { args, cwd, env } = command
    process.chdir(cwd)
    // A user's configuration reads it.
    process.env = { ...env }
    const [stdout, stderr] = [collector(), collector()]
    const code = await main({
      argv: args,
      env,
      cwd,
      streams: { stdout: stdout.stream, stderr: stderr.stream },
    })
    process.send?.({ code, stdout: stdout.text(), stderr: stderr.text() })
  },
)
