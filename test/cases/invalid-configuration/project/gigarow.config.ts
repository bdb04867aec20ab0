export default { shema: 'schema', seed: { jobs: 0, chunkRows: '1e6x' } }
