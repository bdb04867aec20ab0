import { defineSeed } from 'gigarow/seed'
import { visits } from '../schema/vists.ts'

export default defineSeed({ name: 'visits', seed: 1, tables: [visits] })
