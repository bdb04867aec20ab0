export * from './billion.ts'
export * from './events.ts'
