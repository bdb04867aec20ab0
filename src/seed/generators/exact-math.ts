/**
 * exp(), log() and pow() by additions, multiplications and divisions alone, whose last bit IEEE 754 fixes: their results are the same on
 * every machine and in every version of the engine, which Math.exp() does not promise. For tables that are made once, not for rows.
 */

const { LN2 } = Math

/** x > 0. Through atanh of a number near 1. */
export function ln(x: number): number {
  let [mantissa, exponent] = [x, 0]
  for (; mantissa > 1.5; exponent++) mantissa /= 2
  for (; mantissa < 0.75; exponent--) mantissa *= 2
  const z = (mantissa - 1) / (mantissa + 1)
  const square = z * z
  let [power, sum] = [z, 0]
  for (let k = 1; k < 60; k += 2, power *= square) sum += power / k
  return 2 * sum + exponent * LN2
}

export function exp(x: number): number {
  if (x < -745) return 0
  const halvings = Math.round(x / LN2)
  const rest = x - halvings * LN2
  let [term, sum] = [1, 1]
  for (let k = 1; k < 24; k++) {
    term *= rest / k
    sum += term
  }
  for (let k = 0; k < halvings; k++) sum *= 2
  for (let k = 0; k > halvings; k--) sum /= 2
  return sum
}

export function pow(x: number, y: number): number {
  return exp(y * ln(x))
}
