import { ident, type QualifiedName, qualified } from '../kernel/index.ts'

export type PartitionStrategy = 'range' | 'list' | 'hash'

/** One element of a partition key: a column, or an expression in SQL. */
export type KeyPart =
  | { readonly kind: 'column'; readonly column: string }
  | { readonly kind: 'expression'; readonly sql: string }

export interface PartitionKey {
  readonly strategy: PartitionStrategy
  readonly parts: readonly KeyPart[]
}

/**
 * One value of a bound. `sql` is the constant as it is written; `order` is what it is compared by: a number for numeric
 * and temporal columns, absent where the order is the server's matter (text under a collation).
 */
export type BoundValue =
  | { readonly kind: 'min' }
  | { readonly kind: 'max' }
  | { readonly kind: 'value'; readonly sql: string; readonly order?: number | bigint }

/** `to` is exclusive. One value for each part of the key. */
export type PartitionBound =
  | { readonly kind: 'range'; readonly from: readonly BoundValue[]; readonly to: readonly BoundValue[] }
  | { readonly kind: 'list'; readonly values: readonly BoundValue[] }
  | { readonly kind: 'hash'; readonly modulus: number; readonly remainder: number }
  | { readonly kind: 'default' }

export interface Leaf {
  readonly name: string
  readonly bound: PartitionBound
  /** Of a partition that is partitioned itself: it holds no rows, its own leaves do. */
  readonly partitionKey?: PartitionKey
  readonly leaves?: readonly Leaf[]
}

/** RANGE ("event_time") */
export function keySql({ strategy, parts }: PartitionKey): string {
  const list = parts.map((part) => (part.kind === 'column' ? ident(part.column) : `(${part.sql})`))
  return `${strategy.toUpperCase()} (${list.join(', ')})`
}

export function boundSql(bound: PartitionBound): string {
  switch (bound.kind) {
    case 'range':
      return `FOR VALUES FROM (${bound.from.map(valueSql).join(', ')}) TO (${bound.to.map(valueSql).join(', ')})`
    case 'list':
      return `FOR VALUES IN (${bound.values.map(valueSql).join(', ')})`
    case 'hash':
      return `FOR VALUES WITH (MODULUS ${bound.modulus}, REMAINDER ${bound.remainder})`
    case 'default':
      return 'DEFAULT'
  }
}

function valueSql(value: BoundValue): string {
  if (value.kind === 'min') return 'MINVALUE'
  return value.kind === 'max' ? 'MAXVALUE' : value.sql
}

export interface LeafTable {
  readonly parent: QualifiedName
  readonly name: string
  /** As boundSql() writes it. */
  readonly bound: string
  /** As keySql() writes it; then none of what follows. */
  readonly partitionBy?: string
  /** What stands in WITH (…), TABLESPACE and UNLOGGED: a partitioned parent cannot carry them. */
  readonly options?: string
  readonly tablespace?: string
  readonly unlogged?: boolean
}

/** For a parent that is made in the same migration: on a live one PARTITION OF would lock it exclusively. */
export function createLeafSql(table: LeafTable): string {
  const { parent, name, bound, partitionBy, options, tablespace, unlogged } = table
  const leaf = qualified({ schema: parent.schema, name })
  if (partitionBy) {
    return `CREATE TABLE ${leaf} PARTITION OF ${qualified(parent)} ${bound} PARTITION BY ${partitionBy}`
  }
  return [
    `CREATE ${unlogged ? 'UNLOGGED ' : ''}TABLE ${leaf} PARTITION OF ${qualified(parent)} ${bound}`,
    ...(options ? [` WITH (${options})`] : []),
    ...(tablespace ? [` TABLESPACE ${ident(tablespace)}`] : []),
  ].join('')
}
