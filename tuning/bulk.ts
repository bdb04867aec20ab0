import { bulk, defineTuning } from 'gigarow/tuning'

// The settings of the billion row challenge, with the sizes computed from the server's hardware: gigarow tune show bulk.
// A file here wins over the profile of the same name that comes with gigarow; change or add single settings like this:
//   settings: { ...bulk.settings, work_mem: { value: '1GB', reason: 'One session has the machine.', level: 'L1' } },
export default defineTuning({ ...bulk })
