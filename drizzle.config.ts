import { defineConfig } from 'drizzle-kit'

// What drizzle-kit itself needs (drizzle-kit studio, for one). Migrations are made and run by gigarow: npm run migrate.
export default defineConfig({
  dialect: 'postgresql',
  schema: './schema',
  out: './migrations',
  dbCredentials: { url: process.env.DATABASE_URL ?? 'postgresql://localhost/gigarow' },
})
