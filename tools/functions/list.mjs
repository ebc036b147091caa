/**
 * Every row of pg_proc, and whether this build implements it. Read from the engine itself: the rows are those of a new
 * database, an implementation is what the function manager would call.
 */
import { functionImplemented } from '@pglitedb/executor';
import { PGliteDB } from 'pglitedb';
import { areaOf, exclusionOf } from './areas.mjs';

const ROWS = `
select p.oid::int8 as oid, p.proname as name, p.prosrc, p.prokind as kind, l.lanname as language,
  array(select t.typname from unnest(p.proargtypes) with ordinality a(t, n) join pg_type t on t.oid = a.t order by a.n) as args,
  (select typname from pg_type t where t.oid = p.prorettype) as ret, p.proretset as retset, p.provariadic::oid::int8 <> 0 as variadic, p.provolatile as volatility,
  exists (select 1 from pg_amproc a join pg_opfamily f on f.oid = a.amprocfamily where a.amproc = p.oid) as amhook,
  exists (select 1 from pg_proc s where s.prosupport = p.oid) or exists (select 1 from pg_operator o where o.oprrest = p.oid or o.oprjoin = p.oid)
    or exists (select 1 from pg_type t where t.typanalyze = p.oid) as plannerhook,
  (select aggkind from pg_aggregate where aggfnoid = p.oid) as aggkind, (select aggnumdirectargs from pg_aggregate where aggfnoid = p.oid) as direct,
  array(select x::oid::int8 from pg_aggregate a, unnest(array[a.aggtransfn, a.aggfinalfn]) x where a.aggfnoid = p.oid and x::oid <> 0) as parts
from pg_proc p join pg_language l on l.oid = p.prolang where p.oid < 16384 order by p.oid`;

/** @returns rows {oid, signature, kind, area, state: 'implemented' | 'missing' | 'excluded', reason} */
export async function listFunctions() {
  const db = await PGliteDB.open();
  try {
    const rows = (await db.query(ROWS)).rows.map((r) => ({ ...r, oid: Number(r.oid), types: [...r.args, r.ret], parts: r.parts.map(Number) }));
    const byOid = new Map(rows.map((r) => [r.oid, r]));
    return rows.map((r) => describe(r, byOid));
  } finally {
    await db.close();
  }
}

function describe(row, byOid) {
  const has = (r) => r !== undefined && functionImplemented(r.language, r.prosrc);
  const whole = row.kind === 'a' ? row.parts.every((oid) => has(byOid.get(oid))) : has(row);
  const reason = whole ? undefined : exclusionOf(row);
  return {
    oid: row.oid, name: row.name, args: row.args, ret: row.ret, retset: row.retset, volatility: row.volatility, kind: row.kind, variadic: row.variadic, aggkind: row.aggkind, direct: row.direct, language: row.language, prosrc: row.prosrc,
    signature: `${row.name}(${row.args.join(', ')})`, area: areaOf(row), state: whole ? 'implemented' : reason === undefined ? 'missing' : 'excluded', reason,
  };
}
