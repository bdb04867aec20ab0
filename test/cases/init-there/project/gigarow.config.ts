export default { schema: 'schema' }
