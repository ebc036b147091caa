/** The reg* types: oids that are written and read as names. Input, output, and the to_reg* functions. */
import { ByteReader, ByteWriter, defineFunctions, defineType, SqlError, type CallContext, type Oid, type TypeEnv, type TypeImpl } from '@pglitedb/types';
import { envReader } from '../env.js';
import { REG_LOOKUPS, type RegLookup } from './reg-lookup.js';

function parseReg(text: string, lookup: RegLookup, env: TypeEnv): Oid {
  if (text === '-' && !lookup.operator) return 0;
  if (/^\d+$/.test(text)) {
    const n = Number(text);
    if (n > 0xffffffff) throw new SqlError('22003', `value "${text}" is out of range for type oid`);
    return n;
  }
  return lookup.find(envReader(env), text);
}

/** What a soft lookup answers NULL for: names that do not exist, are ambiguous or malformed. */
const SOFT = new Set(['42883', '42725', '42P01', '42704', '3F000', '42602', '42601', '22P02', '42P13', '54023', '0A000']);

function softFind(text: string, lookup: RegLookup, env: TypeEnv): Oid | null {
  try {
    return parseReg(text, lookup, env);
  } catch (e) {
    if (e instanceof SqlError && SOFT.has(e.code)) return null;
    throw e;
  }
}

for (const [name, lookup] of Object.entries(REG_LOOKUPS)) {
  const impl: TypeImpl = {
    oid: lookup.oid, name, physical: 'uint32', len: 4,
    parse: (text, _typmod, env) => parseReg(text, lookup, env),
    format: (v: Oid, env) => (v === 0 ? (lookup.operator ? '0' : '-') : (lookup.format(envReader(env), v) ?? String(v))),
    send: (v: Oid) => {
      const w = new ByteWriter(4);
      w.u32(v);
      return w.done();
    },
    receive: (bytes) => new ByteReader(bytes).u32(),
    compare: (a: Oid, b: Oid) => a - b,
    hashKey: (v: Oid) => v,
    sortKey: (v: Oid) => {
      const w = new ByteWriter(4);
      w.u32(v);
      return w.done();
    },
  };
  defineType(impl);
  defineFunctions({
    [`${name}in`]: (text: string, ctx: CallContext) => impl.parse(text, -1, ctx.env),
    [`${name}out`]: (v: Oid, ctx: CallContext) => impl.format(v, ctx.env),
    [`${name}recv`]: (b: Uint8Array, ctx: CallContext) => impl.receive(b, -1, ctx.env),
    [`${name}send`]: (v: Oid, ctx: CallContext) => impl.send(v, ctx.env),
  });
  if (lookup.soft) defineFunctions({ [`to_${name}`]: (text: string, ctx: CallContext) => softFind(text, lookup, ctx.env) });
}

defineFunctions({
  /** text::regclass, which the implicit cast of a variable uses. */
  text_regclass: (text: string, ctx: CallContext) => REG_LOOKUPS.regclass!.find(envReader(ctx.env), text),
  to_regtypemod: (text: string, ctx: CallContext) => {
    try {
      return ctx.env.types.typeByName(text)?.typmod ?? null;
    } catch (e) {
      if (e instanceof SqlError && SOFT.has(e.code)) return null;
      throw e;
    }
  },
});
