/**
 * SQL type names as text (regtypein, to_regtype, format_type's inverse): the grammar's multi-word names, modifiers, array
 * brackets, qualified and quoted names. undefined: well-formed, but there is no such type; bad syntax raises 42601.
 */
import { SqlError, type Oid } from '@pglitedb/types';
import type { CatalogReader } from '../api.js';
import { truncateIdentifier } from '../quote.js';
import { INTERVAL_FIELDS, intervalTypmod } from './interval-typmod.js';

interface Token { kind: 'word' | 'quoted' | 'number' | 'string' | 'mark'; text: string; /** where it starts */ start: number }

const TOKEN = /\s*(?:("(?:[^"]|"")+")|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|(\d+)|('(?:[^']|'')*')|([-().,[\]%]))/y;

function syntaxError(name: string, near: string | undefined, start: number): SqlError {
  const message = near === undefined ? 'syntax error at end of input' : `syntax error at or near "${near}"`;
  return new SqlError('42601', message, { where: `invalid type name "${name}"`, position: start + 1, hard: true });
}

function tokenize(name: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < name.trimEnd().length) {
    const from = TOKEN.lastIndex;
    const m = TOKEN.exec(name);
    if (m === null) throw syntaxError(name, name.slice(from).trim(), from);
    const start = TOKEN.lastIndex - m[0].trimStart().length;
    if (m[1] !== undefined) tokens.push({ kind: 'quoted', text: truncateIdentifier(m[1].slice(1, -1).replace(/""/g, '"')), start });
    else if (m[2] !== undefined) tokens.push({ kind: 'word', text: truncateIdentifier(m[2].toLowerCase()), start });
    else if (m[3] !== undefined) tokens.push({ kind: 'number', text: m[3], start });
    else if (m[4] !== undefined) tokens.push({ kind: 'string', text: m[4].slice(1, -1).replace(/''/g, "'"), start });
    else tokens.push({ kind: 'mark', text: m[5]!, start });
  }
  return tokens;
}

/** Words of the grammar's own type names -> catalog name. */
const SIMPLE: Readonly<Record<string, string>> = {
  int: 'int4', integer: 'int4', smallint: 'int2', bigint: 'int8', real: 'float4', boolean: 'bool', decimal: 'numeric', dec: 'numeric', numeric: 'numeric',
  json: 'json',
};

class TypeNameReader {
  private at = 0;
  private readonly tokens: Token[];

  constructor(private readonly reader: CatalogReader, private readonly name: string) {
    this.tokens = tokenize(name);
  }

  private peek(text: string): boolean {
    const t = this.tokens[this.at];
    return t !== undefined && (t.kind === 'word' || t.kind === 'mark') && t.text === text;
  }

  private take(text: string): boolean {
    if (!this.peek(text)) return false;
    this.at++;
    return true;
  }

  private fail(): never {
    const t = this.tokens[this.at];
    throw syntaxError(this.name, t?.text, t?.start ?? this.name.length);
  }

  private expect(text: string): void {
    if (!this.take(text)) this.fail();
  }

  private modifiers(): string[] | undefined {
    if (!this.take('(')) return undefined;
    const list: string[] = [];
    do {
      const negative = this.take('-');
      const t = this.tokens[this.at++];
      if (t === undefined || t.kind === 'mark') { this.at--; this.fail(); }
      list.push(negative ? `-${t.text}` : t.text);
    } while (this.take(','));
    this.expect(')');
    return list;
  }

  read(): { oid: Oid; typmod: number } | undefined {
    const setof = this.take('setof');
    const { names, mods, typmod } = this.base();
    let arrays = 0;
    if (this.take('array')) {
      arrays = 1;
      if (this.take('[')) { this.at++; this.expect(']'); }
    } else {
      while (this.take('[')) {
        if (this.tokens[this.at]?.kind === 'number') this.at++;
        this.expect(']');
        arrays++;
      }
    }
    if (this.at < this.tokens.length) this.fail();
    if (setof) throw new SqlError('42601', `invalid type name "${this.name}"`);
    let oid = lookupTypeName(this.reader, names);
    if (oid === 0) return undefined;
    const value = typmod ?? (mods === undefined ? -1 : typmodOf(this.reader, oid, mods));
    if (arrays > 0) {
      oid = this.reader.types.typeInfo(oid)!.arrayOid;
      if (oid === 0) return undefined;
    }
    return { oid, typmod: value };
  }

  private base(): { names: string[]; mods?: string[]; typmod?: number } {
    const first = this.tokens[this.at++];
    if (first === undefined || (first.kind !== 'word' && first.kind !== 'quoted')) { this.at--; this.fail(); }
    if (first.kind === 'word' && !this.peek('.')) {
      const special = this.special(first.text);
      if (special !== undefined) return special;
    }
    const names = [first.text];
    while (this.take('.')) {
      const t = this.tokens[this.at++];
      if (t === undefined || (t.kind !== 'word' && t.kind !== 'quoted')) { this.at--; this.fail(); }
      names.push(t.text);
    }
    const mods = this.modifiers();
    return mods === undefined ? { names } : { names, mods };
  }

  private special(word: string): { names: string[]; mods?: string[]; typmod?: number } | undefined {
    const system = (name: string, mods?: string[]): { names: string[]; mods?: string[] } => (mods === undefined ? { names: ['pg_catalog', name] } : { names: ['pg_catalog', name], mods });
    const simple = Object.hasOwn(SIMPLE, word) ? SIMPLE[word] : undefined;
    if (simple !== undefined) return system(simple, simple === 'numeric' ? this.modifiers() : undefined);
    switch (word) {
      case 'double': this.expect('precision'); return system('float8');
      case 'float': {
        const p = this.modifiers()?.[0];
        if (p === undefined) return system('float8');
        if (Number(p) < 1) throw new SqlError('22023', 'precision for type float must be at least 1 bit');
        if (Number(p) > 53) throw new SqlError('22023', 'precision for type float must be less than 54 bits');
        return system(Number(p) <= 24 ? 'float4' : 'float8');
      }
      case 'bit': {
        const varying = this.take('varying');
        return system(varying ? 'varbit' : 'bit', this.modifiers() ?? (varying ? undefined : ['1']));
      }
      case 'national': if (!this.take('char')) this.expect('character'); return this.character();
      case 'char': case 'character': case 'nchar': return this.character();
      case 'varchar': return system('varchar', this.modifiers());
      case 'time': case 'timestamp': return this.time(word);
      case 'interval': return this.interval();
      default: return undefined;
    }
  }

  private character(): { names: string[]; mods?: string[] } {
    const varying = this.take('varying');
    const mods = this.modifiers() ?? (varying ? undefined : ['1']);
    const names = ['pg_catalog', varying ? 'varchar' : 'bpchar'];
    return mods === undefined ? { names } : { names, mods };
  }

  private time(word: string): { names: string[]; mods?: string[] } {
    const mods = this.modifiers();
    let zone = false;
    if (this.peek('with') || this.peek('without')) {
      zone = this.take('with');
      if (!zone) this.at++;
      this.expect('time');
      this.expect('zone');
    }
    const names = ['pg_catalog', zone ? `${word}tz` : word];
    return mods === undefined ? { names } : { names, mods };
  }

  private interval(): { names: string[]; typmod: number } {
    const names = ['pg_catalog', 'interval'];
    const precision = this.modifiers()?.[0];
    if (precision !== undefined) return { names, typmod: intervalTypmod(undefined, Number(precision)) };
    const word = (): string | undefined => { const t = this.tokens[this.at]; return t?.kind === 'word' ? t.text : undefined; };
    let fields = word();
    if (fields === undefined || !(fields in INTERVAL_FIELDS)) return { names, typmod: -1 };
    this.at++;
    if (this.take('to')) {
      fields = `${fields} to ${word() ?? ''}`;
      if (!(fields in INTERVAL_FIELDS)) this.fail();
      this.at++;
    }
    const seconds = fields.endsWith('second') ? this.modifiers()?.[0] : undefined;
    return { names, typmod: intervalTypmod(fields, seconds === undefined ? undefined : Number(seconds)) };
  }
}

/** Oid of a (qualified) type name by the search path, 0 for none. */
export function lookupTypeName(reader: CatalogReader, names: readonly string[]): Oid {
  if (names.length > 3) throw new SqlError('42601', `improper qualified name (too many dotted names): ${names.join('.')}`, { hard: true });
  if (names.length === 3 && names[0] !== reader.syscache('DATABASEOID', reader.session.databaseOid)?.datname) {
    throw new SqlError('0A000', `cross-database references are not implemented: ${names.join('.')}`, { hard: true });
  }
  const name = names[names.length - 1]!;
  if (names.length === 1) {
    for (const ns of reader.searchPath()) {
      const row = reader.syscache('TYPENAMENSP', name, ns);
      if (row !== undefined) return row.oid;
    }
    return 0;
  }
  const ns = reader.syscache('NAMESPACENAME', names[names.length - 2]!);
  return ns === undefined ? 0 : (reader.syscache('TYPENAMENSP', name, ns.oid)?.oid ?? 0);
}

/** The typmod that modifiers in parentheses make, as the type's typmodin does. */
export function typmodOf(reader: CatalogReader, oid: Oid, mods: readonly string[]): number {
  const numbers = mods.map(Number);
  const n = numbers[0]!;
  const row = reader.syscache('TYPEOID', oid)!;
  if (row.typmodin === 0) throw new SqlError('42601', `type modifier is not allowed for type "${reader.types.formatType(oid, -1)}"`);
  switch (oid) {
    case 1042: case 1043: {
      const name = oid === 1042 ? 'char' : 'varchar';
      if (n < 1) throw new SqlError('22023', `length for type ${name} must be at least 1`);
      if (n > 10485760) throw new SqlError('22023', `length for type ${name} cannot exceed 10485760`);
      return n + 4;
    }
    case 1560: case 1562: {
      const name = oid === 1560 ? 'bit' : 'varbit';
      if (n < 1) throw new SqlError('22023', `length for type ${name} must be at least 1`);
      if (n > 83886080) throw new SqlError('22023', `length for type ${name} cannot exceed 83886080`);
      return n;
    }
    case 1700: {
      if (numbers.length > 2) throw new SqlError('22023', 'invalid NUMERIC type modifier', { hard: true });
      if (n < 1 || n > 1000) throw new SqlError('22023', `NUMERIC precision ${n} must be between 1 and 1000`);
      const scale = numbers[1] ?? 0;
      if (scale < -1000 || scale > 1000) throw new SqlError('22023', `NUMERIC scale ${scale} must be between -1000 and 1000`);
      return ((n << 16) | (scale & 0x7ff)) + 4;
    }
    case 1083: case 1266: case 1114: case 1184: {
      const tz = oid === 1266 || oid === 1184;
      const name = oid === 1083 || oid === 1266 ? 'TIME' : 'TIMESTAMP';
      if (n < 0) throw new SqlError('22023', `${name}(${n})${tz ? ' WITH TIME ZONE' : ''} precision must not be negative`);
      return Math.min(n, 6);
    }
    case 1186: return intervalTypmod(undefined, Math.min(n, 6));
    default: throw new SqlError('0A000', `type modifiers of type ${reader.types.formatType(oid, -1)} are not supported yet`);
  }
}

export function typeByName(reader: CatalogReader, name: string): { oid: Oid; typmod: number } | undefined {
  return new TypeNameReader(reader, name).read();
}
