/** Per reg* type: the object that a name stands for, and an object's name. */
import { SqlError, type Oid } from '@pglitedb/types';
import type { CatalogReader } from '../api.js';
import { functionCandidates, lookupNamed, operatorCandidates, schemaUnlessVisible } from '../namespace/visibility.js';
import { quoteIdentifier, quoteQualified, splitQualifiedName } from '../quote.js';

export interface RegLookup {
  readonly oid: Oid;
  /** Raises where there is none. */
  find(reader: CatalogReader, text: string): Oid;
  /** undefined: no such object. */
  format(reader: CatalogReader, oid: Oid): string | undefined;
  /** There is a to_reg… function. */
  readonly soft: boolean;
  /** Of operators: '-' is a name, none is 0. */
  readonly operator?: boolean;
}

const missing = (code: string, message: string): never => { throw new SqlError(code, message); };
const dotted = (names: readonly string[]): string => names.join('.');

function singleName(text: string): string {
  const names = splitQualifiedName(text);
  if (names.length !== 1) throw new SqlError('42602', 'invalid name syntax');
  return names[0]!;
}

/** parseNameAndArgTypes: f(type, type) -> its names and argument types. */
function nameAndArguments(reader: CatalogReader, text: string, allowNone: boolean, splitNames: (t: string) => string[]): { names: string[]; types: Oid[] } {
  let quoted = false;
  let open = -1;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') quoted = !quoted;
    else if (text[i] === '(' && !quoted) { open = i; break; }
  }
  if (open < 0) throw new SqlError('22P02', 'expected a left parenthesis');
  const rest = text.slice(open + 1).trimEnd();
  if (!rest.endsWith(')')) throw new SqlError('22P02', 'expected a right parenthesis');
  const names = splitNames(text.slice(0, open));
  const types: Oid[] = [];
  const body = rest.slice(0, -1);
  if (body.trim() === '') return { names, types };
  for (const part of splitArguments(body)) {
    const word = part.trim();
    if (word === '') throw new SqlError('22P02', 'expected a type name');
    if (allowNone && word.toLowerCase() === 'none') types.push(0);
    else types.push(reader.types.typeByName(word)?.oid ?? missing('42704', `type "${word}" does not exist`));
  }
  return { names, types };
}

function splitArguments(body: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let from = 0;
  for (let i = 0; i < body.length; i++) {
    const c = body[i]!;
    if (c === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (c === '(' || c === '[') depth++;
    else if (c === ')' || c === ']') depth--;
    else if (c === ',' && depth === 0) {
      parts.push(body.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(body.slice(from));
  return parts;
}

/** A possibly qualified operator name: schema.+ */
function operatorNames(text: string): string[] {
  const m = /^\s*(.*?)([-+*/<>=~!@#%^&|`?]+)\s*$/s.exec(text);
  if (m === null) return splitQualifiedName(text);
  const prefix = m[1]!.trim();
  return prefix === '' ? [m[2]!] : [...splitQualifiedName(prefix.replace(/\.$/, '')), m[2]!];
}

const argumentList = (reader: CatalogReader, types: readonly Oid[], none = false): string =>
  types.map((t) => (none && t === 0 ? 'NONE' : reader.types.formatType(t, -1))).join(',');

export function formatProcedure(reader: CatalogReader, oid: Oid, qualified = false): string | undefined {
  const p = reader.syscache('PROCOID', oid);
  if (p === undefined) return undefined;
  const schema = qualified ? reader.syscache('NAMESPACEOID', p.pronamespace)?.nspname : schemaUnlessVisible(reader, 'function', oid);
  return `${quoteQualified(schema, p.proname)}(${argumentList(reader, p.proargtypes)})`;
}

export function formatOperator(reader: CatalogReader, oid: Oid): string | undefined {
  const o = reader.syscache('OPEROID', oid);
  if (o === undefined) return undefined;
  const schema = schemaUnlessVisible(reader, 'operator', oid);
  return `${schema === undefined ? '' : `${quoteIdentifier(schema)}.`}${o.oprname}(${argumentList(reader, [o.oprleft, o.oprright], true)})`;
}

const regproc: RegLookup = {
  oid: 24, soft: true,
  find(reader, text) {
    const names = splitQualifiedName(text);
    const found = functionCandidates(reader, names);
    if (found.length === 0) missing('42883', `function "${text}" does not exist`);
    if (found.length > 1) missing('42725', `more than one function named "${text}"`);
    return found[0]!.oid;
  },
  format(reader, oid) {
    const p = reader.syscache('PROCOID', oid);
    if (p === undefined) return undefined;
    const found = functionCandidates(reader, [p.proname]);
    const unique = found.length === 1 && found[0]!.oid === oid;
    return quoteQualified(unique ? undefined : reader.syscache('NAMESPACEOID', p.pronamespace)?.nspname, p.proname);
  },
};

const regprocedure: RegLookup = {
  oid: 2202, soft: true,
  find(reader, text) {
    const { names, types } = nameAndArguments(reader, text, false, splitQualifiedName);
    const found = functionCandidates(reader, names).find((p) => p.proargtypes.join() === types.join());
    return found?.oid ?? missing('42883', `function "${text}" does not exist`);
  },
  format: (reader, oid) => formatProcedure(reader, oid),
};

const regoper: RegLookup = {
  oid: 2203, soft: true, operator: true,
  find(reader, text) {
    const found = operatorCandidates(reader, operatorNames(text));
    if (found.length === 0) missing('42883', `operator does not exist: ${text}`);
    if (found.length > 1) missing('42725', `more than one operator named ${text}`);
    return found[0]!.oid;
  },
  format(reader, oid) {
    const o = reader.syscache('OPEROID', oid);
    if (o === undefined) return undefined;
    const found = operatorCandidates(reader, [o.oprname]);
    if (found.length === 1 && found[0]!.oid === oid) return o.oprname;
    return `${quoteIdentifier(reader.syscache('NAMESPACEOID', o.oprnamespace)?.nspname ?? '')}.${o.oprname}`;
  },
};

const regoperator: RegLookup = {
  oid: 2204, soft: true, operator: true,
  find(reader, text) {
    const { names, types } = nameAndArguments(reader, text, true, operatorNames);
    if (types.length === 1) throw new SqlError('42P02', 'missing argument', { hint: 'Use NONE to denote the missing argument of a unary operator.' });
    if (types.length !== 2) throw new SqlError('54023', 'too many arguments', { hint: 'Provide two argument types for operator.' });
    const found = operatorCandidates(reader, names).find((o) => o.oprleft === types[0] && o.oprright === types[1]);
    return found?.oid ?? missing('42883', `operator does not exist: ${text}`);
  },
  format: formatOperator,
};

const regclass: RegLookup = {
  oid: 2205, soft: true,
  find(reader, text) {
    const names = splitQualifiedName(text);
    if (names.length > 3) throw new SqlError('42601', `improper relation name (too many dotted names): ${dotted(names)}`);
    if (names.length === 3) {
      const database = reader.syscache('DATABASEOID', reader.session.databaseOid)?.datname;
      if (names[0] !== database) throw new SqlError('0A000', `cross-database references are not implemented: "${names.join('.')}"`);
      names.shift();
    }
    const schema = names.length === 2 ? names[0] : undefined;
    const name = names[names.length - 1]!;
    if (schema !== undefined && schema !== 'pg_temp' && reader.syscache('NAMESPACENAME', schema) === undefined) missing('42P01', `relation "${dotted(names)}" does not exist`);
    return reader.relid(schema, name) || missing('42P01', `relation "${dotted(names)}" does not exist`);
  },
  format(reader, oid) {
    const rel = reader.syscache('RELOID', oid);
    return rel === undefined ? undefined : quoteQualified(schemaUnlessVisible(reader, 'table', oid), rel.relname);
  },
};

const regtype: RegLookup = {
  oid: 2206, soft: true,
  find(reader, text) {
    const found = reader.types.typeByName(text)?.oid;
    if (found !== undefined) return found;
    const schema = /^([a-z_]\w*)\.\w+$/i.exec(text)?.[1];
    if (schema !== undefined && reader.syscache('NAMESPACENAME', schema) === undefined) missing('3F000', `schema "${schema}" does not exist`);
    return missing('42704', `type "${text}" does not exist`);
  },
  format: (reader, oid) => (reader.syscache('TYPEOID', oid) === undefined ? undefined : reader.types.formatType(oid, -1)),
};

const regrole: RegLookup = {
  oid: 4096, soft: true,
  find(reader, text) {
    const name = singleName(text);
    return reader.syscache('AUTHNAME', name)?.oid ?? missing('42704', `role "${name}" does not exist`);
  },
  format(reader, oid) {
    const role = reader.syscache('AUTHOID', oid);
    return role === undefined ? undefined : quoteIdentifier(role.rolname);
  },
};

const regnamespace: RegLookup = {
  oid: 4089, soft: true,
  find(reader, text) {
    const name = singleName(text);
    return reader.syscache('NAMESPACENAME', name)?.oid ?? missing('3F000', `schema "${name}" does not exist`);
  },
  format(reader, oid) {
    const ns = reader.syscache('NAMESPACEOID', oid);
    return ns === undefined ? undefined : quoteIdentifier(ns.nspname);
  },
};

const regcollation: RegLookup = {
  oid: 4191, soft: true,
  find(reader, text) {
    const names = splitQualifiedName(text);
    const name = names[names.length - 1]!;
    const schema = names.length > 1 ? reader.syscache('NAMESPACENAME', names[names.length - 2]!) : undefined;
    const path = names.length > 1 ? (schema === undefined ? [] : [schema.oid]) : reader.searchPath();
    for (const ns of path) {
      const row = reader.syscache('COLLNAMEENCNSP', name, 6, ns) ?? reader.syscache('COLLNAMEENCNSP', name, -1, ns);
      if (row !== undefined) return row.oid;
    }
    return missing('42704', `collation "${dotted(names)}" for encoding "UTF8" does not exist`);
  },
  format(reader, oid) {
    const c = reader.syscache('COLLOID', oid);
    return c === undefined ? undefined : quoteQualified(schemaUnlessVisible(reader, 'collation', oid), c.collname);
  },
};

const regconfig: RegLookup = {
  oid: 3734, soft: false,
  find: (reader, text) => lookupNamed(reader, 'TSCONFIGNAMENSP', splitQualifiedName(text)) || missing('42704', `text search configuration "${dotted(splitQualifiedName(text))}" does not exist`),
  format(reader, oid) {
    const c = reader.syscache('TSCONFIGOID', oid);
    return c === undefined ? undefined : quoteQualified(schemaUnlessVisible(reader, 'tsConfig', oid), c.cfgname);
  },
};

const regdictionary: RegLookup = {
  oid: 3769, soft: false,
  find: (reader, text) => lookupNamed(reader, 'TSDICTNAMENSP', splitQualifiedName(text)) || missing('42704', `text search dictionary "${dotted(splitQualifiedName(text))}" does not exist`),
  format(reader, oid) {
    const d = reader.syscache('TSDICTOID', oid);
    return d === undefined ? undefined : quoteQualified(schemaUnlessVisible(reader, 'tsDict', oid), d.dictname);
  },
};

export const REG_LOOKUPS: Readonly<Record<string, RegLookup>> = {
  regproc, regprocedure, regoper, regoperator, regclass, regtype, regrole, regnamespace, regcollation, regconfig, regdictionary,
};
