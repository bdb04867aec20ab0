import { GB, MB } from '../bytes.ts'
import { defineTuning } from '../profile.ts'
import { type Workload, workloadSettings } from './workload.ts'

const SERVER: Workload = {
  connections: 100,
  buffersPart: 4,
  cachePart: 3,
  maintenancePart: 16,
  sortPart: 1,
  minWalBytes: GB,
  maxWalBytes: 4 * GB,
  statistics: 100,
  gatherLimit: 4,
  shortQueries: true,
}

/** pgtune's "desktop". */
export const dev = defineTuning({
  name: 'dev',
  description: 'A server beside everything else on the machine of a developer: takes little.',
  settings: workloadSettings({
    ...SERVER,
    connections: 20,
    buffersPart: 16,
    cachePart: 1,
    sortPart: 6,
    minWalBytes: 100 * MB,
    maxWalBytes: 2 * GB,
    shortQueries: false,
  }),
})

export const web = defineTuning({
  name: 'web',
  description: "A web application: many short queries, mostly reads; the machine is the server's own.",
  settings: workloadSettings({ ...SERVER, connections: 200 }),
})

export const oltp = defineTuning({
  name: 'oltp',
  description: "Many short transactions that write; the machine is the server's own.",
  settings: workloadSettings({ ...SERVER, connections: 300, minWalBytes: 2 * GB, maxWalBytes: 8 * GB }),
})

export const mixed = defineTuning({
  name: 'mixed',
  description: "Short transactions and reports on one server; the machine is the server's own.",
  settings: workloadSettings({ ...SERVER, sortPart: 2 }),
})

/** pgtune's "data warehouse"; the event platform's server settings as formulas. */
export const analytics = defineTuning({
  name: 'analytics',
  description: "Few sessions with large queries over large tables; the machine is the server's own.",
  settings: workloadSettings({
    ...SERVER,
    connections: 40,
    maintenancePart: 8,
    sortPart: 2,
    minWalBytes: 4 * GB,
    maxWalBytes: 16 * GB,
    statistics: 500,
    gatherLimit: null,
    shortQueries: false,
  }),
})
