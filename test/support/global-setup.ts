import { ensureReady } from '../../scripts/bootstrap.js'

/** Tests start the built CLI and its worker threads: dist/ must be that of src/. */
export default function setup(): void {
  ensureReady()
}
