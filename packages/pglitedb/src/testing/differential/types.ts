/**
 * What the generator knows of types: literals, and expressions as templates over typed arguments. All are total (no
 * overflow, no division by zero), since whether a failing expression is computed is the plan's choice.
 */
export type Type = string;

/** What makes equal values look equal, where one of several equal ones is kept. */
const CANONICAL: Readonly<Record<Type, string>> = { numeric: 'trim_scale($)', interval: 'justify_interval($)', float8: '($ + 0::float8)' };
export const canonical = (type: Type, expression: string): string => (CANONICAL[type] ?? '$').replace('$', () => expression);

export const LITERALS: Readonly<Record<Type, readonly string[]>> = {
  int2: ['0', '1', '2', '3', '-1'], int4: ['0', '1', '2', '3', '-1', '7', '40'], int8: ['0', '1', '2', '5', '-3', '10000000000'],
  float8: ['0', '0.5', '1.25', '-2', '8'], numeric: ['0', '1.5', '2.50', '-3', '10', '0.01'],
  text: ["''", "'a'", "'b'", "'ab'", "'B'", "'a%c'", "'é'"], varchar: ["'a'", "'b'", "'xyz'", "''"], bpchar: ["'a'", "'b'", "'ab'"],
  bool: ['true', 'false'], date: ["'2024-01-01'", "'2024-02-29'", "'1999-12-31'"], time: ["'00:00'", "'12:30:15.5'", "'23:59:59'"],
  timestamp: ["'2024-01-01 00:00'", "'2024-02-29 12:34:56.789'", "'1999-12-31 23:59:59'"],
  timestamptz: ["'2024-01-01 00:00+00'", "'2024-06-30 12:00+02'", "'1999-12-31 23:59:59-05'"],
  interval: ["'1 day'", "'2 hours'", "'1 mon'", "'-3 days'", "'1 year 2 mons'"],
  uuid: ["'00000000-0000-0000-0000-000000000001'", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"], bytea: ["'\\x'", "'\\x00ff'", "'abc'"],
  jsonb: ["'1'", "'null'", "'{\"a\": 1, \"b\": [1, 2]}'", "'[1, \"x\", null]'", "'\"a\"'"],
  'int4[]': ["'{}'", "'{1,2}'", "'{2,NULL}'", "'{3}'"], 'text[]': ["'{}'", "'{a,b}'", "'{b,NULL}'"], mood: ["'sad'", "'ok'", "'happy'"],
};
export const COLUMN_TYPES: readonly Type[] = ['int4', 'int4', 'int4', 'text', 'text', 'int2', 'int8', 'float8', 'numeric', 'varchar', 'bpchar', 'bool', 'date', 'time', 'timestamp', 'timestamptz', 'interval', 'uuid', 'bytea', 'jsonb', 'int4[]', 'text[]', 'mood'];
/** As a column is declared. */
export const DECLARED: Readonly<Record<Type, string>> = { numeric: 'numeric(10,2)', varchar: 'varchar(6)', bpchar: 'char(4)' };
export const TYPES: readonly Type[] = Object.keys(LITERALS);

/** result: [template with $1..., types of the arguments ('any' is one type throughout)]. */
type Template = readonly [string, ...Type[]];
export const TEMPLATES: Readonly<Record<Type, readonly Template[]>> = {
  int2: [['abs($1)', 'int2'], ['(- $1)', 'int2'], ['($1 & $2)', 'int2', 'int2'], ['length($1)::int2', 'text']],
  int4: [
    ['($1 + $2)', 'int4', 'int4'], ['($1 - $2)', 'int4', 'int2'], ['($1 * 2)', 'int4'], ['($1 / nullif($2, 0))', 'int4', 'int4'], ['($1 % nullif($2, 0))', 'int4', 'int4'],
    ['length($1)', 'text'], ['($1 - $2)', 'date', 'date'], ['abs($1)', 'int4'], ['extract(day FROM $1)::int4', 'timestamp'], ['cardinality($1)', 'int4[]'], ['$1[1]', 'int4[]'],
    ['array_length($1, 1)', 'text[]'], ['position($1 IN $2)', 'text', 'text'], ['sign($1)::int4', 'float8'], ['octet_length($1)', 'bytea'], ['strpos($1, $2)', 'text', 'text'],
    ['($1)::int4', 'int2'], ['($1)::int4', 'bool'], ['num_nulls($1, $2)', 'int4', 'text'], ['jsonb_array_length(CASE WHEN jsonb_typeof($1) = \'array\' THEN $1 ELSE \'[]\' END)', 'jsonb'],
  ],
  int8: [['($1 + $2)', 'int8', 'int4'], ['($1)::int8', 'int4'], ['(- $1)', 'int8'], ['($1 | $2)', 'int8', 'int8']],
  float8: [['($1)::float8', 'int4'], ['($1 / 2)', 'float8'], ['abs($1)', 'float8'], ['floor($1)', 'float8'], ['($1 * 0.5::float8)', 'float8']],
  numeric: [['($1 + $2)', 'numeric', 'numeric'], ['($1 - $2)', 'numeric', 'int4'], ['($1 * 1.5)', 'numeric'], ['round($1, 1)', 'numeric'], ['($1)::numeric', 'int4'], ['round($1 / nullif($2, 0), 3)', 'numeric', 'numeric'], ['ceil($1)', 'numeric'], ['mod($1, 3)', 'numeric']],
  text: [
    ['($1 || $2)', 'text', 'text'], ['($1)::text', 'int4'], ['upper($1)', 'text'], ['left($1, 1)', 'text'], ['substr($1, 2)', 'text'], ['replace($1, \'a\', \'zz\')', 'text'], ['($1)::text', 'varchar'], ['trim($1)', 'bpchar'],
    ['concat($1, $2)', 'text', 'int4'], ['to_char($1, \'YYYY-MM\')', 'date'], ['($1)::text', 'mood'], ['reverse($1)', 'text'], ['lpad($1, 4, \'*\')', 'text'], ['($1)::text', 'bool'], ['$1 ->> \'a\'', 'jsonb'], ['md5($1)', 'text'],
    ['concat_ws(\'-\', $1, $2)', 'text', 'text'], ['split_part($1, \'b\', 1)', 'text'], ['array_to_string($1, \',\', \'*\')', 'text[]'], ['($1)::text', 'interval'],
  ],
  varchar: [['($1)::varchar(3)', 'text'], ['($1)::varchar(3)', 'varchar']],
  bpchar: [['($1)::char(4)', 'text'], ['($1)::char(4)', 'varchar']],
  bool: [
    ['($1 = $2)', 'any', 'any'], ['($1 = $2)', 'any', 'any'], ['($1 <> $2)', 'any', 'any'], ['($1 < $2)', 'any', 'any'], ['($1 >= $2)', 'any', 'any'], ['($1 IS NULL)', 'any'], ['($1 IS NOT NULL)', 'any'],
    ['($1 IS DISTINCT FROM $2)', 'any', 'any'], ['($1 IS NOT DISTINCT FROM $2)', 'any', 'any'], ['($1 BETWEEN $2 AND $3)', 'any', 'any', 'any'], ['($1 IN ($2, $3))', 'any', 'any', 'any'], ['($1 NOT IN ($2, $3))', 'any', 'any', 'any'],
    ['(NOT $1)', 'bool'], ['($1 AND $2)', 'bool', 'bool'], ['($1 OR $2)', 'bool', 'bool'], ['($1 IS TRUE)', 'bool'], ['($1 IS NOT FALSE)', 'bool'], ['($1 IS UNKNOWN)', 'bool'],
    ['($1 LIKE \'a%\')', 'text'], ['($1 LIKE $2)', 'text', 'text'], ['($1 ~ \'^a\')', 'text'], ['($1 ILIKE \'%B%\')', 'text'], ['($1 = ANY ($2))', 'int4', 'int4[]'], ['($1 <> ALL ($2))', 'text', 'text[]'], ['($1 @> $2)', 'int4[]', 'int4[]'], ['($1 && $2)', 'text[]', 'text[]'],
    ['($1 @> $2)', 'jsonb', 'jsonb'], ['($1 ? \'a\')', 'jsonb'], ['((($1, $2)) = ($3, $4))', 'int4', 'text', 'int4', 'text'], ['((($1, $2)) < ($3, $4))', 'int4', 'text', 'int4', 'text'], ['($1 > $2)', 'int4', 'numeric'], ['($1 = $2)', 'int8', 'int4'], ['($1 <= $2)', 'date', 'timestamp'], ['(($1, $2) OVERLAPS ($3, $4))', 'date', 'date', 'date', 'date'],
    ['($1 = $2)', 'text', 'varchar'], ['($1 < $2)', 'float8', 'int4'],
  ],
  date: [['($1 + 1)', 'date'], ['($1 - $2)', 'date', 'int2'], ['($1)::date', 'timestamp']],
  time: [['($1)::time', 'timestamp'], ['($1 + \'1 hour\')', 'time']],
  timestamp: [['($1 + $2)', 'timestamp', 'interval'], ['($1)::timestamp', 'date'], ['date_trunc(\'month\', $1)', 'timestamp'], ['($1 AT TIME ZONE \'UTC\')', 'timestamptz']],
  timestamptz: [['($1 AT TIME ZONE \'UTC\')', 'timestamp'], ['($1 + $2)', 'timestamptz', 'interval']],
  interval: [['($1 - $2)', 'timestamp', 'timestamp'], ['($1 * 2)', 'interval'], ['($1 + $2)', 'interval', 'interval'], ['make_interval(days => $1)', 'int4']],
  uuid: [], bytea: [['($1 || $2)', 'bytea', 'bytea'], ['decode(md5($1), \'hex\')', 'text']],
  jsonb: [['to_jsonb($1)', 'int4'], ['to_jsonb($1)', 'text'], ['($1 -> \'b\')', 'jsonb'], ['jsonb_build_object(\'k\', $1, \'v\', $2)', 'int4', 'text'], ['($1 -> 0)', 'jsonb'], ['jsonb_build_array($1, $2)', 'text', 'bool']],
  'int4[]': [['ARRAY[$1, $2]', 'int4', 'int4'], ['array_append($1, $2)', 'int4[]', 'int4'], ['($1 || $2)', 'int4[]', 'int4[]'], ['$1[1:1]', 'int4[]']],
  'text[]': [['ARRAY[$1, $2]', 'text', 'text'], ['string_to_array($1, \'b\')', 'text'], ['array_remove($1, $2)', 'text[]', 'text']],
  mood: [],
};
/** Of every type. */
export const GENERIC: readonly Template[] = [
  ['coalesce($1, $2)', 'any', 'any'], ['nullif($1, $2)', 'any', 'any'], ['CASE WHEN $1 THEN $2 ELSE $3 END', 'bool', 'any', 'any'], ['CASE $1 WHEN $2 THEN $3 END', 'int4', 'int4', 'any'], ['greatest($1, $2)', 'any', 'any'], ['least($1, $2)', 'any', 'any'],
];
/** [name of the aggregate with its argument, result]; arguments of float8 are columns alone, as sums of others may round. */
export const AGGREGATES: Readonly<Record<Type, readonly Template[]>> = {
  int8: [['count(*)'], ['count($1)', 'any'], ['sum($1)', 'int4'], ['sum($1)', 'int2'], ['count(DISTINCT $1)', 'any']],
  numeric: [['sum($1)', 'numeric'], ['avg($1)', 'int4'], ['avg($1)', 'numeric'], ['sum($1)', 'int8'], ['round(stddev($1), 6)', 'int4'], ['round(var_pop($1), 6)', 'numeric'], ['sum(DISTINCT $1)', 'numeric'], ['min($1)', 'numeric'], ['max($1)', 'numeric']],
  int4: [['min($1)', 'int4'], ['max($1)', 'int4'], ['bit_or($1)', 'int4'], ['mode() WITHIN GROUP (ORDER BY $1)', 'int4'], ['percentile_disc(0.5) WITHIN GROUP (ORDER BY $1)', 'int4']],
  int2: [['min($1)', 'int2'], ['max($1)', 'int2']],
  text: [['min($1)', 'text'], ['max($1)', 'text'], ['string_agg($1, \',\' ORDER BY $1)', 'text'], ['string_agg(DISTINCT $1, \',\' ORDER BY $1 DESC)', 'text']],
  bool: [['bool_and($1)', 'bool'], ['bool_or($1)', 'bool'], ['every($1)', 'bool']],
  date: [['min($1)', 'date'], ['max($1)', 'date']], timestamp: [['min($1)', 'timestamp'], ['max($1)', 'timestamp']], interval: [['min($1)', 'interval'], ['sum($1)', 'interval']],
  'int4[]': [['array_agg($1 ORDER BY $1)', 'int4'], ['array_agg(DISTINCT $1)', 'int4'], ['max($1)', 'int4[]']], 'text[]': [['array_agg($1 ORDER BY $1 DESC NULLS LAST)', 'text']],
  jsonb: [['jsonb_agg($1 ORDER BY $1)', 'int4'], ['jsonb_object_agg(coalesce($1, \'-\'), 1)', 'text']], mood: [['min($1)', 'mood'], ['max($1)', 'mood']], float8: [['percentile_cont(0.5) WITHIN GROUP (ORDER BY $1)', 'int4']],
  time: [['max($1)', 'time']], timestamptz: [['min($1)', 'timestamptz']], varchar: [['max($1)::varchar', 'varchar']], bpchar: [['min($1)', 'bpchar']], bytea: [['max($1)', 'bytea']],
};
/** Window functions whose answer hangs on the order alone; result types as given. */
export const WINDOW_FUNCTIONS: readonly (readonly [Type, ...Template])[] = [
  ['int8', 'row_number()'], ['int8', 'rank()'], ['int8', 'dense_rank()'], ['float8', 'percent_rank()'], ['float8', 'cume_dist()'], ['int4', 'ntile(3)'], ['int4', 'lag($1)', 'int4'], ['text', 'lead($1, 2)', 'text'], ['int4', 'lag($1, 1, 0)', 'int4'],
  ['text', 'first_value($1)', 'text'], ['int4', 'last_value($1)', 'int4'], ['text', 'nth_value($1, 2)', 'text'], ['int8', 'sum($1)', 'int4'], ['int8', 'count(*)'], ['numeric', 'avg($1)', 'numeric'], ['int4', 'max($1)', 'int4'], ['text', 'min($1)', 'text'], ['int8', 'count($1)', 'any'], ['int4[]', 'array_agg($1)', 'int4'],
];
