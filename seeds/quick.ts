import { defineSeed, scaleProfile } from 'gigarow/seed'
import billion from './billion.ts'
import energy from './energy.ts'
import events from './events.ts'
import platform from './platform.ts'
import simulation from './simulation.ts'

const ALL = [billion, simulation, events, platform, energy]

/** Every table of every profile, a few thousand rows each: a second of work, and something to look at everywhere. */
export default defineSeed({
  name: 'quick',
  seed: 1,
  tables: ALL.flatMap((profile) => scaleProfile(profile, { rows: 10_000 }).tables),
})
