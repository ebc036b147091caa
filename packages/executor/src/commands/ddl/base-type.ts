/** CREATE TYPE name (INPUT = …, OUTPUT = …): a base type over a shell, whose input and output functions are there already. */
import { isSuperuser, type CatalogReader, type CatalogRow } from '@pglitedb/catalog';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import type { UtilityContext } from '../registry.js';
import { CLASS } from './catalog-ids.js';
import { createShellType } from './create-function.js';
import { address, recordDependency } from './depend.js';
import { arrayTypeName, createTypeWithArray, typeRow } from './heap.js';
import { creationNamespace, names, options, splitName, type Option, type Raw } from './raw.js';
import { findProcedure } from './routine-lookup.js';
import { requireType } from './type-lookup.js';

const ATTRIBUTES: Readonly<Record<string, string>> = {
  like: 'like', internallength: 'internallength', input: 'input', output: 'output', receive: 'receive', send: 'send', typmod_in: 'typmod_in', typmod_out: 'typmod_out', analyze: 'analyze', analyse: 'analyze',
  subscript: 'subscript', category: 'category', preferred: 'preferred', delimiter: 'delimiter', element: 'element', default: 'default', passedbyvalue: 'passedbyvalue', alignment: 'alignment', storage: 'storage',
  collatable: 'collatable',
};
const ALIGNMENTS: Readonly<Record<string, string>> = {
  double: 'd', float8: 'd', 'pg_catalog.float8': 'd', int4: 'i', 'pg_catalog.int4': 'i', int2: 's', 'pg_catalog.int2': 's', char: 'c', 'pg_catalog.bpchar': 'c',
};
const STORAGES: Readonly<Record<string, string>> = { plain: 'p', external: 'e', extended: 'x', main: 'm' };
const VALUE_ALIGNMENTS: Readonly<Record<number, string>> = { 1: 'c', 2: 's', 4: 'i', 8: 'd' };
const [CSTRING, OID, INT4, INTERNAL, BYTEA, CSTRING_ARRAY, BOOL]: readonly Oid[] = [2275, 26, 23, 2281, 17, 1263, 16];
const DEFAULT_COLLATION: Oid = 100;
const bad = (message: string): SqlError => new SqlError('42P17', message);

interface Given { readonly o: Option; readonly location: number }

function attributes(u: UtilityContext, list: Raw[]): Map<string, Given> {
  const given = new Map<string, Given>();
  options(list).forEach((o, k) => {
    const location = place(list[k].DefElem.location);
    const key = Object.hasOwn(ATTRIBUTES, o.name) ? ATTRIBUTES[o.name]! : undefined;
    if (key === undefined) u.session.notice('WARNING', '42601', `type attribute "${o.name}" not recognized`, location);
    else if (given.has(key)) throw new SqlError('42601', 'conflicting or redundant options', location);
    else given.set(key, { o, location: location.position });
  });
  return given;
}
const place = (location: number | undefined): { position: number } => ({ position: (location ?? -1) + 1 });

/** The text of an attribute that names something (defGetString on a type name). */
const wordOf = (g: Given | undefined): string => (g?.o.value ?? '').toLowerCase();
function flag(g: Given | undefined): boolean {
  if (g === undefined) return false;
  const text = g.o.value?.toLowerCase();
  if (text === undefined || ['true', 'on', '1'].includes(text)) return true;
  if (['false', 'off', '0'].includes(text)) return false;
  throw new SqlError('42601', `${g.o.name} requires a Boolean value`);
}
/** defGetTypeLength: bytes, or -1 for variable. */
function lengthOf(g: Given): number {
  const text = g.o.value;
  if (text === undefined) throw new SqlError('42601', `${g.o.name} requires a parameter`);
  if (g.o.raw.Integer || g.o.raw.Float) return Number(text);
  if (text.toLowerCase() === 'variable') return -1;
  throw new SqlError('42601', `invalid argument for ${g.o.name}: "${text}"`);
}

class FunctionFinder {
  constructor(private readonly u: UtilityContext, private readonly c: CatalogReader) {}
  private parts(g: Given): string[] {
    const { raw } = g.o;
    return names(raw.TypeName?.names ?? raw.List?.items ?? [raw]);
  }
  /** The function with one of the argument lists and the result type; the first list is the one that messages name. */
  find(g: Given, word: string, argLists: readonly (readonly Oid[])[], result: Oid, resultName: string): Oid {
    const parts = this.parts(g);
    const text = parts.join('.');
    const found = argLists.map((args) => findProcedure(this.c, parts, args)).filter((oid) => oid !== 0);
    if (found.length === 0) throw new SqlError('42883', `function ${text}(${argLists[0]!.map((t) => this.c.types.formatType(t, -1)).join(', ')}) does not exist`);
    if (found.length > 1) throw bad(`type ${word} function ${text} has multiple matches`);
    const p = this.c.syscache('PROCOID', found[0]!)!;
    if (p.prorettype !== result) throw bad(`type ${word} function ${text} must return type ${resultName}`);
    if (p.provolatile === 'v' && word !== 'analyze' && word !== 'subscripting') this.u.session.notice('WARNING', '42P17', `type ${word} function ${text} should not be volatile`);
    return found[0]!;
  }
}

/** Size, alignment and storage, as LIKE and the attributes give them. */
function representation(c: CatalogReader, given: Map<string, Given>): { typlen: number; typbyval: boolean; typalign: string; typstorage: string } {
  const r = { typlen: -1, typbyval: false, typalign: 'i', typstorage: 'p' };
  const like = given.get('like');
  if (like !== undefined) {
    const t = c.syscache('TYPEOID', requireType(c, like.o.raw.TypeName))!;
    Object.assign(r, { typlen: t.typlen, typbyval: t.typbyval, typalign: t.typalign, typstorage: t.typstorage });
  }
  const length = given.get('internallength');
  if (length !== undefined) r.typlen = lengthOf(length);
  if (given.has('passedbyvalue')) r.typbyval = flag(given.get('passedbyvalue'));
  if (given.has('alignment')) {
    const align = ALIGNMENTS[wordOf(given.get('alignment'))];
    if (align === undefined) throw new SqlError('22023', `alignment "${given.get('alignment')!.o.value ?? ''}" not recognized`);
    r.typalign = align;
  }
  if (given.has('storage')) {
    const storage = STORAGES[wordOf(given.get('storage'))];
    if (storage === undefined) throw new SqlError('22023', `storage "${given.get('storage')!.o.value ?? ''}" not recognized`);
    r.typstorage = storage;
  }
  return r;
}

/** The checks of TypeCreate on what belongs together. */
function checkRepresentation(r: { typlen: number; typbyval: boolean; typalign: string; typstorage: string }): void {
  if (!(r.typlen > 0 || r.typlen === -1 || r.typlen === -2)) throw bad(`invalid type internal size ${r.typlen}`);
  if (r.typbyval) {
    const align = VALUE_ALIGNMENTS[r.typlen];
    if (align === undefined) throw bad(`internal size ${r.typlen} is invalid for passed-by-value type`);
    if (align !== r.typalign) throw bad(`alignment "${r.typalign}" is invalid for passed-by-value type of size ${r.typlen}`);
  } else if (r.typlen === -1 && r.typalign !== 'i' && r.typalign !== 'd') throw bad(`alignment "${r.typalign}" is invalid for variable-length type`);
  if (r.typstorage !== 'p' && r.typlen !== -1) throw bad('fixed-size types must have storage PLAIN');
}

interface Functions { typinput: Oid; typoutput: Oid; typreceive: Oid; typsend: Oid; typmodin: Oid; typmodout: Oid; typanalyze: Oid; typsubscript: Oid }
function functionsOf(u: UtilityContext, c: CatalogReader, given: Map<string, Given>, type: Oid, name: string): Functions {
  const f = new FunctionFinder(u, c);
  const optional = (key: string, word: string, argLists: readonly (readonly Oid[])[], result: Oid, resultName: string): Oid => {
    const g = given.get(key);
    return g === undefined ? 0 : f.find(g, word, argLists, result, resultName);
  };
  return {
    typinput: f.find(given.get('input')!, 'input', [[CSTRING!], [CSTRING!, OID!, INT4!]], type, name), typoutput: f.find(given.get('output')!, 'output', [[type]], CSTRING!, 'cstring'),
    typreceive: optional('receive', 'receive', [[INTERNAL!], [INTERNAL!, OID!, INT4!]], type, name), typsend: optional('send', 'send', [[type]], BYTEA!, 'bytea'),
    typmodin: optional('typmod_in', 'typmod_in', [[CSTRING_ARRAY!]], INT4!, 'integer'), typmodout: optional('typmod_out', 'typmod_out', [[INT4!]], CSTRING!, 'cstring'),
    typanalyze: optional('analyze', 'analyze', [[INTERNAL!]], BOOL!, 'boolean'), typsubscript: optional('subscript', 'subscripting', [[INTERNAL!]], INTERNAL!, 'internal'),
  };
}

function categoryOf(given: Map<string, Given>): string {
  const g = given.get('category');
  if (g === undefined) return 'U';
  const text = g.o.value ?? '';
  if (text.length === 0 || text < ' ' || text > '~') throw new SqlError('22023', `invalid type category "${text}": must be simple ASCII`);
  return text[0]!;
}

function elementOf(c: CatalogReader, given: Map<string, Given>): Oid {
  const g = given.get('element');
  if (g === undefined) return 0;
  const oid = requireType(c, g.o.raw.TypeName);
  if (c.syscache('TYPEOID', oid)!.typtype === 'p') throw new SqlError('42804', `array element type cannot be ${c.types.formatType(oid, -1)}`);
  return oid;
}

/** The name's shell; 42710 where a whole type has the name already. An array type of that name moves away. */
function shellOf(session: SessionServices, name: string, namespace: Oid): CatalogRow<'pg_type'> | undefined {
  const w = session.catalogWriter();
  const known = w.syscache('TYPENAMENSP', name, namespace);
  if (known === undefined || !known.typisdefined) return known;
  if (known.typelem === 0 || known.typcategory !== 'A') throw new SqlError('42710', `type "${name}" already exists`);
  w.update('pg_type', { oid: known.oid }, { typname: arrayTypeName(w, name, namespace) });
  return undefined;
}

/** DefineType. */
export function createBaseType(node: Raw, u: UtilityContext): void {
  const { session } = u;
  if (!isSuperuser(session.catalog(), session.userOid())) throw new SqlError('42501', 'must be superuser to create a base type');
  const { schema, name } = splitName(node.defnames);
  const namespace = creationNamespace(session, schema);
  const shell = shellOf(session, name, namespace);
  if (node.definition === undefined) {
    if (shell !== undefined) throw new SqlError('42710', `type "${name}" already exists`);
    createShellType(u, namespace, name);
    return;
  }
  if (shell === undefined) throw new SqlError('42710', `type "${name}" does not exist`, { hint: 'Create the type as a shell type, then create its I/O functions, then do a full CREATE TYPE.' });
  const w = session.catalogWriter();
  const given = attributes(u, node.definition);
  const r = representation(w, given);
  const typcategory = categoryOf(given);
  const typelem = elementOf(w, given);
  const { oid } = shell;
  if (!given.has('input')) throw bad('type input function must be specified');
  if (!given.has('output')) throw bad('type output function must be specified');
  if (!given.has('typmod_in') && given.has('typmod_out')) throw bad('type modifier output function is useless without a type modifier input function');
  const fns = functionsOf(u, w, given, oid, name);
  checkRepresentation(r);
  w.remove('pg_type', { oid });
  w.remove('pg_depend', { classid: CLASS.type, objid: oid });
  createTypeWithArray(w, typeRow({
    oid, typname: name, typnamespace: namespace, typowner: session.userOid(), ...r, ...fns, typcategory, typispreferred: flag(given.get('preferred')), typdelim: given.get('delimiter')?.o.value?.[0] ?? ',',
    typelem, typdefault: given.get('default')?.o.value ?? null, typcollation: flag(given.get('collatable')) ? DEFAULT_COLLATION : 0,
  }));
  const self = address(CLASS.type, oid);
  recordDependency(w, self, address(CLASS.namespace, namespace), 'n');
  for (const fn of new Set(Object.values(fns))) if (fn !== 0) recordDependency(w, self, address(CLASS.proc, fn), 'n');
  if (typelem !== 0) recordDependency(w, self, address(CLASS.type, typelem), 'n');
}
