type AnyFunction = (...args: never[]) => unknown

let made = 0

/**
 * A function made from its text: numbers stand in it as literals, everything else that is put into the template is bound.
 *
 *     const at = inline<At>`(low) => ${min} + ${scaled}(${hashIndex}(${state}, low) >>> 0)`
 *
 * Closures of one literal share what the engine has learned about the calls in it: with eight fields in a document one place
 * calls eight functions, and none of them is inlined. A text of its own is learned about by itself: measured
 * 500 instead of 1,070 ns for a row of events, of which the larger limit in worker.ts is a quarter.
 *
 * Texts in the template are code; what users write must be bound. That the code computes what SQL does is what the conformance suite
 * proves.
 */
export function inline<F extends AnyFunction>(
  template: TemplateStringsArray,
  ...values: readonly unknown[]
): F {
  const bound: Record<string, unknown> = {}
  const pieces = values.map((value, k) => {
    if (isPlainNumber(value)) return value < 0 ? `(${value})` : String(value)
    bound[`bound${k}`] = value
    return `bound${k}`
  })
  return inlineText(template.map((part, k) => part + (pieces[k] ?? '')).join(''), bound)
}

/** The same for a text that is put together elsewhere, and what its names stand for. */
export function inlineText<F extends AnyFunction>(text: string, bound: Readonly<Record<string, unknown>>): F {
  const names = Object.keys(bound).join(', ')
  // The number makes the text unlike any other: the engine shares what it has learned between equal ones.
  const code = `'use strict' /* ${made++} */\nconst { ${names} } = bound\nreturn ${text}`
  return new Function('bound', code)(bound) as F
}

/** Whose decimal digits in JavaScript are the number again. */
function isPlainNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0)
}
