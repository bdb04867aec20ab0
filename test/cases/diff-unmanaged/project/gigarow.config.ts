export default { scratchUrl: process.env.DATABASE_URL }
