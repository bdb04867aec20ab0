import type { Command } from '../command.ts'
import { dbPsql } from './db-psql.ts'
import { dbReset, dbStart, dbStatus, dbStop, dbUrl } from './db-server.ts'

export const dbCommand: Command = {
  name: 'db',
  summary: 'the embedded PostgreSQL of the project: start, stop, status, url, psql, reset',
  examples: ['gigarow db start', 'gigarow db status', 'gigarow db psql'],
  commands: [dbStart, dbStop, dbStatus, dbUrl, dbPsql, dbReset],
}
