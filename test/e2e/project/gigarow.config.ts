import { defineConfig } from 'gigarow'

export default defineConfig({ seed: { jobs: 2 } })
