import { bulkSafe, defineTuning } from 'gigarow/tuning'

// Nearly as fast as bulk, and a crash at any moment loses nothing that was committed: gigarow tune show bulk-safe.
export default defineTuning({ ...bulkSafe })
