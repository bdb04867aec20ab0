export { type Finding, type LintOptions, lintFiles, lintSql, type SqlFile } from './lint.ts'
