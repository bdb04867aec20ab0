import { defineConfig } from 'gigarow'

// Every setting has a default: see docs/configuration.md. Set `url` or DATABASE_URL to work on a server of your own.
export default defineConfig({
  schema: 'schema',
  migrations: 'migrations',
  seeds: 'seeds',
  tuning: 'tuning',
})
