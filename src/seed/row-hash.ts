/**
 * A sum of row checksums modulo 2^64. A row's checksum is hash_record_extended(row, 0): 31 * h + hash of the next column,
 * starting with 0.
 */
export class RowHash {
  #high = 0
  #low = 0
  #sumHigh = 0
  #sumLow = 0

  /** Begins a row. */
  begin(): void {
    this.#high = 0
    this.#low = 0
  }

  /** The hash of the row's next column, in two halves. */
  column(high: number, low: number): void {
    const product = (this.#low >>> 0) * 31 + (low >>> 0)
    this.#low = product | 0
    this.#high = (Math.imul(this.#high, 31) + Math.floor(product / 4294967296) + high) | 0
  }

  /** Adds the row to the sum. */
  end(): void {
    const low = (this.#sumLow + this.#low) | 0
    const carry = low >>> 0 < this.#low >>> 0 ? 1 : 0
    this.#sumLow = low
    this.#sumHigh = (this.#sumHigh + this.#high + carry) | 0
  }

  /** The sum so far, from 0 to 2^64 - 1. */
  get value(): bigint {
    return BigInt.asUintN(64, (BigInt(this.#sumHigh) << 32n) | BigInt(this.#sumLow >>> 0))
  }
}

/** The same of what the server's sum(rowHashSql) printed: a numeric of any size and sign. */
export function checksumOfSum(sum: string): bigint {
  return BigInt.asUintN(64, BigInt(sum))
}
