export default { name: 'other', settings: { work_mem: '64MB' } }
