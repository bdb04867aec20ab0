export type { ColumnFill, GeneratorSpec, Profile, TableFill } from './profile.ts'
export {
  BLOCK_ROWS,
  blockOf,
  type CompileOptions,
  checksumOfSum,
  compileRows,
  RowHash,
  type RowTwin,
  rowHashSql,
  type SelectRange,
  selectSql,
} from './rows.ts'
