import { Html, html, NOTHING } from './html.ts'

export interface Section {
  readonly heading: string
  /** A sentence below the heading. */
  readonly note?: string
  readonly body: Html | readonly Html[]
}

export interface PageOptions {
  readonly title: string
  readonly subtitle: string
  /** The figures that matter most, in large type. */
  readonly figures: readonly Figure[]
  readonly sections: readonly Section[]
}

export interface Figure {
  readonly label: string
  readonly value: string
}

/** One file that needs nothing else: no script, no font, no address is ever asked, and the policy in its head forbids it. */
export function renderPage({ title, subtitle, figures, sections }: PageOptions): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${new Html(CSS)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p class="subtitle">${subtitle}</p>
<dl class="figures">${figures.map(({ label, value }) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>
${sections.map(renderSection)}
</main>
</body>
</html>
`
  return page.markup
}

function renderSection({ heading, note, body }: Section): Html {
  return html`<section>
<h2>${heading}</h2>
${note === undefined ? NOTHING : html`<p class="note">${note}</p>`}
${body}
</section>
`
}

/** Colours of the n-th series are --series-n; the same places for light and dark. */
const CSS = `
:root { color-scheme: light dark; --surface: #fcfcfb; --ink: #0b0b0b; --soft: #52514e; --line: #dddcd8; --wash: #f1f0ec;
  --series-1: #2a78d6; --series-2: #008300; --series-3: #e87ba4; --series-4: #eda100; --series-5: #1baf7a; --series-6: #eb6834; }
@media (prefers-color-scheme: dark) { :root { --surface: #1a1a19; --ink: #ffffff; --soft: #c3c2b7; --line: #3a3a37; --wash: #262624;
  --series-1: #3987e5; --series-2: #008300; --series-3: #d55181; --series-4: #c98500; --series-5: #199e70; --series-6: #d95926; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--surface); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0; }
h2 { font-size: 1.1rem; margin: 2.5rem 0 .5rem; }
.subtitle, .note { color: var(--soft); margin: .25rem 0 1rem; }
.figures { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin: 1.5rem 0 0; }
.figures dt { color: var(--soft); font-size: .85rem; }
.figures dd { margin: 0; font-size: 1.5rem; font-weight: 600; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: .85rem; }
th, td { padding: .3rem 1.5rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th.right, td.right { text-align: right; }
pre { background: var(--wash); padding: .75rem 1rem; overflow-x: auto; font-size: .85rem; }
svg { display: block; width: 100%; height: auto; font: 12px system-ui, sans-serif; }
svg text { fill: var(--soft); }
svg .value { fill: var(--ink); }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .curve { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
svg .area { opacity: .1; }
svg .band { fill: var(--wash); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0 0 .5rem; color: var(--soft); font-size: .85rem; }
.legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: 3px; margin-right: .4rem; vertical-align: -1px; }
`
