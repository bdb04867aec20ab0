export { type CopyData, type CopySession, openCopySession } from './session.ts'
