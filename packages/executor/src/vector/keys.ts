/**
 * Code that turns key columns into one dense id: a map for each column, and a map of pairs of ids for each column
 * after the first. Grouping inserts (NULL is a key), probing looks up (NULL never matches, unknown keys neither).
 */
import { collationOf, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../context.js';
import { NotVectorizable, type Emitter } from './emitter.js';
import { BytesMap, IDS_MAX, NumberMap, ValueMap } from './key-maps.js';
import { atom, kindOfType, type Value } from './value.js';

const FLOAT4 = 700;
const FLOAT8 = 701;
const TEXT_TYPES = new Set([25, 1043, 19]);

type KeyMap = NumberMap | BytesMap | ValueMap;
export type KeyForm = 'number' | 'float' | 'int8' | 'bytes' | 'value';

/** How a column's keys are mapped; both sides of a join must have the same form. */
export function keyForm(session: SessionServices, type: Oid, collation: Oid, value: Value): KeyForm {
  if (collation !== 0 && !collationOf(collation).deterministic) throw new NotVectorizable('key of a nondeterministic collation');
  const impl = session.catalog().types.typeImpl(type);
  if (impl.hashKey === undefined) throw new NotVectorizable('key without a hash');
  if (type === FLOAT4 || type === FLOAT8) return 'float';
  const kind = kindOfType(session.catalog(), type);
  if (kind === 'int8') return 'int8';
  if (kind === 'int' || kind === 'num') return 'number';
  if (TEXT_TYPES.has(type) && value.text !== undefined) return 'bytes';
  return 'value';
}

function newMap(form: KeyForm): KeyMap { return form === 'bytes' ? new BytesMap() : form === 'value' ? new ValueMap() : new NumberMap(); }

export class KeyChain {
  private readonly maps: KeyMap[];
  private readonly pairs: NumberMap[];
  constructor(private readonly session: SessionServices, private readonly types: readonly Oid[], private readonly forms: readonly KeyForm[]) {
    this.maps = forms.map(newMap);
    this.pairs = forms.slice(1).map(() => new NumberMap());
  }
  clear(): void { for (const m of [...this.maps, ...this.pairs]) m.clear(); }
  /** Ids given so far. */
  get count(): number { return (this.pairs[this.pairs.length - 1] ?? this.maps[0]!).count; }

  /** Source of the id of grouped keys. */
  emitFind(out: Emitter, values: readonly Value[]): string {
    let id = this.one(out, 0, values[0]!, 'find');
    for (let k = 1; k < values.length; k++) {
      const other = this.one(out, k, values[k]!, 'find');
      id = atom(out, `${out.inject(this.pairs[k - 1])}.find(${id} * ${IDS_MAX} + ${other})`);
    }
    return id;
  }
  /** Source of the id of probed or built keys: -1 where some is NULL, or not there. */
  emitStrict(out: Emitter, values: readonly Value[], how: 'find' | 'lookup'): string {
    const id = out.name('id');
    const label = out.name('L');
    out.line(`let ${id} = -1; ${label}: {`);
    let at = '';
    for (let k = 0; k < values.length; k++) {
      const x = values[k]!;
      if (x.n !== 'false') out.line(`if (${x.n}) break ${label};`);
      const own = this.one(out, k, { ...x, n: 'false' }, how);
      if (how === 'lookup') out.line(`if (${own} < 0) break ${label};`);
      at = k === 0 ? own : atom(out, `${out.inject(this.pairs[k - 1])}.${how}(${at} * ${IDS_MAX} + ${own})`);
    }
    out.line(`${id} = ${at}; }`);
    return id;
  }

  private one(out: Emitter, k: number, x: Value, how: 'find' | 'lookup'): string {
    const map = out.inject(this.maps[k]);
    const found = `${map}.${this.call(out, k, x, how)}`;
    return atom(out, x.n === 'false' ? found : `(${x.n} ? ${map}.${how}Null() : ${found})`);
  }
  private call(out: Emitter, k: number, x: Value, how: 'find' | 'lookup'): string {
    switch (this.forms[k]!) {
      case 'number': case 'int8': return `${how}(${numberKey(out, x)})`;
      case 'float': return `${how}Float(${x.v})`;
      case 'bytes': {
        const { column, slot } = x.text!;
        return `${how}(${column}.heap, ${column}.off[${slot}], ${column}.len[${slot}])`;
      }
      default: {
        const impl = this.session.catalog().types.typeImpl(this.types[k]!);
        return `${how}(${out.inject(impl.hashKey!.bind(impl))}(${x.v}))`;
      }
    }
  }
}

/** A number as key; int8 values may be bigints. */
export function numberKey(out: Emitter, x: Value): string { return x.kind === 'int8' ? `${out.inject(out.interner)}.key(${x.v})` : x.v; }
