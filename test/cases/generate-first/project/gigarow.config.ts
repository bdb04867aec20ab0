export default { migrations: './made' }
