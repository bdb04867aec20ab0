import { defineTuning } from 'gigarow/tuning'

export default defineTuning({
  name: 'lots',
  description: 'A value that no server takes.',
  settings: {
    maintenance_work_mem: { value: '64MB', reason: 'Indexes.', level: 'L1' },
    work_mem: { value: 'lots', reason: 'Sorts.', level: 'L1' },
  },
})
