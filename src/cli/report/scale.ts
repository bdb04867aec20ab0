/** Round numbers from 0 on, at most five steps, the last at or above `max`. */
export function ticks(max: number): readonly number[] {
  if (!(max > 0)) return [0, 1]
  const power = 10 ** Math.floor(Math.log10(max / 4))
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size * 5 >= max) ?? max
  return Array.from({ length: Math.ceil(max / step - 1e-9) + 1 }, (_, k) => k * step)
}
