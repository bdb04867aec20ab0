export { type CopySession, openCopySession } from './session.ts'
