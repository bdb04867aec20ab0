import type { Hardware } from '../../../src/tuning/index.ts'
import type { Access, ServerSetting, ServerState } from '../../../src/tuning/server.ts'

type Row = Partial<ServerSetting> & Pick<ServerSetting, 'name' | 'setting'>

/** A server with the few settings that a test is about. */
export function serverState(rows: readonly Row[], more: Partial<ServerState> = {}): ServerState {
  return {
    systemIdentifier: '7000000000000000001',
    dataDirectory: '/nowhere',
    version: 180004,
    bootId: null,
    access: SUPERUSER,
    settings: new Map(rows.map((row) => [row.name, { ...DEFAULTS, ...row }])),
    auto: new Map(),
    fileErrors: [],
    scoped: [],
    standby: false,
    standbys: 0,
    slots: 0,
    ...more,
  }
}

export const SUPERUSER: Access = {
  user: 'postgres',
  login: 'postgres',
  database: 'app',
  ownsDatabase: true,
  superuser: true,
  files: true,
  locked: false,
  alterSystem: new Set(),
  set: new Set(),
}

/** A machine, and what a test says of it. */
export function machine(more: Partial<Hardware> = {}): Hardware {
  return {
    cpus: 4,
    memoryBytes: 16 * 1024 ** 3,
    diskFreeBytes: 100 * 1024 ** 3,
    walFreeBytes: 100 * 1024 ** 3,
    disk: 'unknown',
    walDisk: 'unknown',
    container: false,
    connections: null,
    major: null,
    ...more,
  }
}

const DEFAULTS: Omit<ServerSetting, 'name' | 'setting'> = {
  unit: null,
  vartype: 'string',
  context: 'sighup',
  min: null,
  max: null,
  enumvals: null,
  source: 'default',
  sourcefile: null,
  pendingRestart: false,
}

export const MAX_WAL_SIZE: Row = {
  name: 'max_wal_size',
  setting: '1024',
  unit: 'MB',
  vartype: 'integer',
  min: '2',
  max: '2147483647',
}
export const SHARED_BUFFERS: Row = {
  name: 'shared_buffers',
  setting: '16384',
  unit: '8kB',
  vartype: 'integer',
  min: '16',
  max: '1073741823',
  context: 'postmaster',
}
export const CHECKPOINT_TIMEOUT: Row = {
  name: 'checkpoint_timeout',
  setting: '300',
  unit: 's',
  vartype: 'integer',
  min: '30',
  max: '86400',
}
export const FSYNC: Row = { name: 'fsync', setting: 'on', vartype: 'bool' }
export const WAL_COMPRESSION: Row = {
  name: 'wal_compression',
  setting: 'off',
  vartype: 'enum',
  enumvals: ['pglz', 'on', 'off'],
}
