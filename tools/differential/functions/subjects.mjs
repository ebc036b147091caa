/** What is called: functions and aggregates of pg_proc, operators of pg_operator, casts of pg_cast. */
import { callable, randomCall, randomCast, randomOperation } from './calls.mjs';
import { randomRegex } from './regexes.mjs';
import { hasPool } from './values.mjs';

/** Their answer depends on the session, the clock, the files or chance, or they change something. */
const unrepeatable = /^(random|random_normal|setseed|gen_random_uuid|uuidv4|uuidv7|now|transaction_timestamp|statement_timestamp|clock_timestamp|timeofday|nextval|currval|lastval|setval|set_config|current_setting|pg_sleep.*|pg_notify|pg_(terminate|cancel|reload|promote|switch|rotate|export|import|current|last|postmaster|conf|my|backend|stat|ls|read|control|wal|create|drop|log|advisory|try|lock|blocking|safe|isolation|notification|listening|tablespace|database_size|relation|table_size|indexes_size|total|filenode|column|get|is_in|is_wal|available|extension|show|hba|ident|prepared|cursor|config|timezone|partition|sequence|event|nextoid|stop|start|force|clear|restore|set|input|replication|logical|backup|jit|trigger|collation_actual|tde|import|database_collation).*|txid_(current|snapshot_current|status).*|lo_.*|lo(read|write)|query_to_xml.*|table_to_xml.*|cursor_to.*|schema_to.*|database_to.*|version|inet_(client|server).*|current_(database|schema|schemas|user|query)|session_user|current_schemas|has_.*|row_security.*|binary_upgrade.*|ts_(stat|debug|parse|token).*|satisfies.*|amvalidate|age|currtid2|system_user|cash_words_x|generate_series_x)$/;
/** `age(xid)` counts transactions; the other forms are plain. */
const isRepeatable = (f) => !unrepeatable.test(f.name) || (f.name === 'age' && f.args[0] !== 'xid' && f.args.length === 2);

const OPERATORS = `select o.oprname as name, coalesce(l.typname, '') as left, r.typname as right, o.oprcode::int8 as proc
  from pg_operator o left join pg_type l on l.oid = o.oprleft join pg_type r on r.oid = o.oprright where o.oid < 16384 order by o.oid`;
const CASTS = `select s.typname as from, t.typname as to from pg_cast c join pg_type s on s.oid = c.castsource join pg_type t on t.oid = c.casttarget where c.oid < 16384 order by c.oid`;
const pooled = (t) => t === '' || hasPool(t) || /^any/.test(t);

async function operators(functions, here) {
  const area = new Map(functions.map((f) => [f.oid, f.area]));
  return (await here.ask(OPERATORS)).rows.filter(([, l, r]) => pooled(l) && pooled(r)).map(([name, left, right, proc]) =>
    ({ name: `${left} ${name} ${right}`, area: area.get(Number(proc)), make: (r) => randomOperation(r, { name, left, right }) }));
}

async function casts(here) {
  return (await here.ask(CASTS)).rows.filter((row) => row.every(hasPool)).map(([from, to]) => ({ name: `${from}::${to}`, area: 'casts', make: (r) => randomCast(r, { from, to }) }));
}

/** @returns {name, area, make(random) -> sql}, chosen by the options */
export async function subjects(functions, here, o) {
  const calls = functions.filter((f) => f.state === 'implemented' && callable(f) && isRepeatable(f))
    .map((f) => ({ name: f.signature, area: f.area, make: (r) => randomCall(r, f) }));
  const all = [...(/functions|all/.test(o.kind) ? calls : []), ...(/operators|all/.test(o.kind) ? await operators(functions, here) : []), ...(/casts|all/.test(o.kind) ? await casts(here) : [])];
  if (/regexes|all/.test(o.kind)) all.push({ name: 'regexes', area: 'text', make: randomRegex });
  const areas = o.area?.split(',');
  const only = o.only === undefined ? undefined : new RegExp(o.only);
  return all.filter((s) => (areas === undefined || areas.includes(s.area)) && (only === undefined || only.test(s.name)));
}
