import { defineTuning } from 'gigarow/tuning'

export default defineTuning({
  name: 'typo',
  description: 'A setting that no server has.',
  settings: {
    maintenance_work_mem: { value: '64MB', reason: 'Indexes.', level: 'L1' },
    work_memm: { value: '64MB', reason: 'Sorts.', level: 'L1' },
  },
})
