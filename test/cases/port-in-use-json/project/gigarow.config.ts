import { defineConfig } from 'gigarow'

export default defineConfig({ embedded: { port: Number(process.env.TAKEN_PORT) } })
