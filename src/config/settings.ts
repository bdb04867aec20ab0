import { z } from 'zod'
import { globRegExp } from '../kernel/index.ts'

const pattern = z
  .string()
  .min(1)
  .refine(
    (text) => globRegExp(text.replace(/^!/, '')) !== undefined,
    'expected a pattern such as app_* or !legacy_*',
  )

/** What gigarow.config.ts (or a "gigarow" key in package.json) may hold. All of it is optional. */
export const Settings = z.strictObject({
  /** postgresql://… of a server of your own. DATABASE_URL and --url win over it; without any the embedded server is used. */
  url: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'expected postgresql://user:password@host:port/database')
    .optional(),
  /** A server for scratch databases (diff, drift, verify); --scratch and --scratch-url win. Default: the embedded one. */
  scratchUrl: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'expected postgresql://user:password@host:port/database')
    .optional(),
  /** drizzle-kit's configuration file: declarations, casing, filters and address are those that it names. */
  drizzle: z.string().min(1).optional(),
  /** Folders, files or patterns (src/**\/*.schema.ts) with the Drizzle declarations. Default: schema, or what `drizzle` names. */
  schema: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional(),
  /** How names of columns are made of keys where a column has none of its own, as in drizzle({ casing }). */
  casing: z.enum(['snake_case', 'camelCase']).optional(),
  /**
   * What of a database belongs to the project, as patterns; `!` in front means: all but these. The rest is neither compared nor
   * changed. A table's pattern is its name, or schema.name.
   */
  only: z
    .strictObject({
      schemas: z.array(pattern).default([]),
      tables: z.array(pattern).default([]),
    })
    .prefault({}),
  migrations: z.string().min(1).default('migrations'),
  seeds: z.string().min(1).default('seeds'),
  tuning: z.string().min(1).default('tuning'),
  /** The embedded server and gigarow's local files. */
  stateDir: z.string().min(1).default('.gigarow'),
  embedded: z
    .strictObject({
      /** Fixed port; 0 picks a free one at the first start and keeps it. */
      port: z.int().min(0).max(65535).default(0),
      /** The operating system's user that runs the server when gigarow runs as root. */
      user: z.string().min(1).optional(),
    })
    .prefault({}),
  /** How gigarow restarts the server of `url`, for settings that need it; without it such settings wait. */
  restart: z
    .discriminatedUnion('driver', [
      z.strictObject({
        driver: z.literal('pg_ctl'),
        dataDirectory: z.string().min(1),
        program: z.string().min(1).optional(),
        log: z.string().min(1).optional(),
      }),
      z.strictObject({ driver: z.literal('systemd'), unit: z.string().min(1) }),
      /** Program and arguments; no shell. */
      z.strictObject({ driver: z.literal('command'), command: z.array(z.string()).min(1) }),
      z.strictObject({
        driver: z.literal('container'),
        name: z.string().min(1),
        engine: z.enum(['docker', 'podman']).optional(),
      }),
      z.strictObject({ driver: z.literal('manual') }),
    ])
    .optional(),
  seed: z
    .strictObject({
      /** Connections that load at the same time; default: the number of CPUs. */
      jobs: z.int().min(1).max(64).optional(),
      /** Rows of one chunk, the unit of commit and resume. */
      chunkRows: z.int().min(1000).max(100_000_000).optional(),
    })
    .prefault({}),
})

/** Untrusted: what a user wrote. */
export type GigarowConfig = z.input<typeof Settings>
export type ParsedSettings = z.output<typeof Settings>
