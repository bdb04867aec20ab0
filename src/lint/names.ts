const MAX_BYTES = 63

/** base_suffix, cut to what PostgreSQL keeps of a name. */
export function madeName(base: string, suffix: string): string {
  let cut = base
  while (Buffer.byteLength(`${cut}_${suffix}`) > MAX_BYTES) cut = cut.slice(0, -1)
  return `${cut}_${suffix}`
}
