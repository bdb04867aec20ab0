import { literal } from '../../kernel/index.ts'

interface Fill {
  /** As SQL writes it. */
  readonly table: string
  readonly columns: readonly {
    readonly old: string
    readonly next: string
    /** What the new column gets. */
    readonly value: string
  }[]
}

/** 1 MB: ten thousand rows of 100 bytes take a tenth of a second, for which others may wait who write to the same rows. */
const BLOCKS = 128
const PAUSE_S = 0.02

/**
 * Block by block, each batch committed by itself. What is written meanwhile has its value by the trigger, wherever it lies. Somebody's
 * lock on a row: given up and tried again, so that nobody waits for us longer than that.
 */
export function backfillSql({ table, columns }: Fill): string {
  const sets = columns.map(({ next, value }) => `${next} = ${value}`).join(', ')
  const open = columns.map(({ old, next }) => `${next} IS NULL AND ${old} IS NOT NULL`).join(' OR ')
  const update = `UPDATE ${table} SET ${sets} WHERE ctid >= $1 AND ctid < $2 AND (${open})`
  const body = [
    'DECLARE',
    '  done bigint := 0;',
    `  blocks bigint := pg_relation_size(${literal(table).trim()}::regclass) / current_setting('block_size')::int;`,
    '  is_done boolean;',
    'BEGIN',
    '  WHILE done < blocks LOOP',
    '    BEGIN',
    `      EXECUTE ${literal(update).trim()}`,
    `        USING format('(%s,0)', done)::tid, format('(%s,0)', done + ${BLOCKS})::tid;`,
    '      is_done := true;',
    '    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN',
    '      is_done := false;',
    '    END;',
    '    COMMIT;',
    `    IF is_done THEN done := done + ${BLOCKS}; END IF;`,
    `    PERFORM pg_sleep(${PAUSE_S});`,
    '  END LOOP;',
    'END',
  ].join('\n')
  return `DO ${literal(body).trim()}`
}
