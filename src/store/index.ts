export { type Holder, isAlive, isThisProcess, thisProcess } from './holder.ts'
export { ensureStore } from './install.ts'
export { dropLease, type Lease, readLeases, takeLease } from './lease.ts'
