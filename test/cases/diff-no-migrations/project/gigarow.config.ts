export default { migrations: 'nowhere', scratchUrl: process.env.DATABASE_URL }
