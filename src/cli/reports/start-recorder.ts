import type { Calibration, Expected, SeedEvent } from '../../seed/index.ts'

/** Listens to a load and remembers what it said of itself before it began. */
export class StartRecorder {
  expected: Expected | undefined
  calibration: Calibration | undefined

  readonly listen = (event: SeedEvent): void => {
    if (event.type === 'expected') this.expected = withoutType(event)
    if (event.type === 'calibrated') this.calibration = withoutType(event)
  }
}

function withoutType<T extends SeedEvent>({ type: _type, ...rest }: T): Omit<T, 'type'> {
  return rest
}
