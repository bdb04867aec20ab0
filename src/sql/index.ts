export { classify, type StatementClass, waitsPatiently } from './classify.ts'
export {
  droppedNames,
  droppedObjects,
  editCreateTable,
  qualifyRelations,
  relationName,
  type TableClauses,
  writtenName,
} from './edit.ts'
export { isDeepEqual } from './equal.ts'
export {
  groupStatements,
  groupsOfFile,
  NEW_TRANSACTION,
  type Place,
  placeOfNode,
  type StatementGroup,
} from './groups.ts'
export { deparse, parse, parseOne, type SqlNode } from './parser.ts'
export { plain } from './plain.ts'
export { caretLines, codePointToIndex, lineAndColumn, type Position } from './position.ts'
export { type FileStatement, splitStatements } from './split.ts'
