import type { Output } from '../output.ts'
import type { StoredReport } from './files.ts'
import type { SeedData } from './seed-data.ts'
import { seedHtml } from './seed-html.ts'
import { seedText } from './seed-text.ts'

export interface Renderer {
  readonly text: (report: StoredReport, out: Output) => string
  readonly html: (report: StoredReport) => string
}

/** By the kind of the report. Data of an older version of gigarow may lack fields: a new field is optional. */
export const RENDERERS: Readonly<Record<string, Renderer>> = {
  seed: {
    text: ({ data }, out) => seedText(data as SeedData, out),
    html: ({ data, title, at }) => seedHtml(data as SeedData, { title, at }),
  },
}
