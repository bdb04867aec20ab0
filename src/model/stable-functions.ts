/** Functions in use for defaults that give one value for a whole statement (pg_proc.provolatile is not v). */
export const STABLE_FUNCTIONS: ReadonlySet<string> = new Set(
  `now transaction_timestamp statement_timestamp current_timestamp current_time current_date localtimestamp localtime
  to_timestamp to_date to_char to_number date_trunc date_part make_date make_time make_timestamp make_timestamptz make_interval
  timezone age lower upper initcap md5 sha256 encode decode length concat concat_ws repeat replace left right lpad rpad trim
  btrim abs round floor ceil trunc array_fill array_append string_to_array regexp_replace json_build_object json_build_array
  jsonb_build_object jsonb_build_array to_json to_jsonb current_setting current_database current_schema row_to_json hstore
  int4range int8range numrange daterange tsrange tstzrange to_tsvector format numeric int4 int8 text greatest least coalesce
  nullif extract substring position overlay session_user inet_client_addr txid_current pg_current_xact_id`.split(
    /\s+/,
  ),
)
