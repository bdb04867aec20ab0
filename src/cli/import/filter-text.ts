import type { Filter } from '../../ingest/index.ts'

const FILTERED = {
  here: 'Filtered here, before anything is sent',
  both: 'Filtered here as far as constants go, the rest by the server (COPY … WHERE)',
  server: 'Filtered by the server (COPY … WHERE)',
} as const

/** Who leaves out rows, and which. */
export function filterText({ where, text }: Pick<Filter, 'where' | 'text'>): string {
  return `${FILTERED[where]}: ${text}`
}
