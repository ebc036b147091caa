/** CREATE and ALTER TEXT SEARCH PARSER, TEMPLATE, DICTIONARY and CONFIGURATION. */
import { CatalogTextSearch, isSuperuser, lookupNamed, quoteIdentifier, type CatalogReader } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { parseOptions, SqlError, TOKEN_TYPES, type DictionaryOption, type Oid } from '@pglitedb/types';
import { defineCommands, type UtilityContext } from '../registry.js';
import { CLASS } from './catalog-ids.js';
import { definedNames } from './defined-names.js';
import { address, recordDependency } from './depend.js';
import { checkObjectOwner } from './ownership.js';
import { creationNamespace, names, options, splitName, type Option, type Raw } from './raw.js';
import { findProcedure } from './routine-lookup.js';

const PARSER = 3601;
const DICTIONARY = 3600;
const TEMPLATE = 3764;
const CONFIGURATION = 3602;
const INTERNAL = 2281;
const INT4 = 23;

const CACHES = { parser: 'TSPARSERNAMENSP', dictionary: 'TSDICTNAMENSP', template: 'TSTEMPLATENAMENSP', configuration: 'TSCONFIGNAMENSP' } as const;
type Kind = keyof typeof CACHES;

function find(c: CatalogReader, kind: Kind, parts: readonly string[]): Oid {
  const oid = lookupNamed(c, CACHES[kind], parts);
  if (oid === 0) throw new SqlError('42704', `text search ${kind} "${parts.join('.')}" does not exist`);
  return oid;
}

interface Place { readonly namespace: Oid; readonly name: string }

function place(u: UtilityContext, defnames: Raw[], kind: Kind, index: string): Place {
  const { schema, name } = splitName(defnames);
  const namespace = creationNamespace(u.session, schema);
  if (u.session.catalogWriter().syscache(CACHES[kind], name, namespace) !== undefined) {
    const column = { parser: 'prs', dictionary: 'dict', template: 'tmpl', configuration: 'cfg' }[kind];
    throw new SqlError('23505', `duplicate key value violates unique constraint "${index}"`, { detail: `Key (${column}name, ${column}namespace)=(${name}, ${namespace}) already exists.` });
  }
  return { namespace, name };
}

function requireSuperuser(u: UtilityContext, what: string): void {
  if (!isSuperuser(u.session.catalog(), u.session.userOid())) throw new SqlError('42501', `must be superuser to create text search ${what}`);
}

/** The functions of a parser or template, by option: name of the column, argument types. */
function methods(u: UtilityContext, given: readonly Option[], wanted: Readonly<Record<string, readonly [column: string, args: readonly Oid[]]>>, noun: string): Record<string, Oid> {
  const w = u.session.catalogWriter();
  const found: Record<string, Oid> = {};
  for (const o of given) {
    const entry = Object.hasOwn(wanted, o.name) ? wanted[o.name] : undefined;
    if (entry === undefined) throw new SqlError('42601', `text search ${noun} parameter "${o.name}" not recognized`);
    const parts = definedNames(o.raw);
    const oid = findProcedure(w, parts, entry[1]);
    if (oid === 0) throw new SqlError('42883', `function ${parts.join('.')}(${entry[1].map((t) => w.types.formatType(t, -1)).join(', ')}) does not exist`);
    found[entry[0]] = oid;
  }
  return found;
}

const PARSER_METHODS = {
  start: ['prsstart', [INTERNAL, INT4]], gettoken: ['prstoken', [INTERNAL, INTERNAL, INTERNAL]], end: ['prsend', [INTERNAL]],
  headline: ['prsheadline', [INTERNAL, INTERNAL, 3615]], lextypes: ['prslextype', [INTERNAL]],
} as const;
const TEMPLATE_METHODS = { init: ['tmplinit', [INTERNAL]], lexize: ['tmpllexize', [INTERNAL, INTERNAL, INTERNAL, INTERNAL]] } as const;

export function createParser(node: Raw, u: UtilityContext): void {
  requireSuperuser(u, 'parsers');
  const at = place(u, node.defnames, 'parser', 'pg_ts_parser_prsname_index');
  const found = methods(u, options(node.definition), PARSER_METHODS, 'parser');
  for (const [column, noun] of [['prsstart', 'start'], ['prstoken', 'gettoken'], ['prsend', 'end'], ['prslextype', 'lextypes']] as const) {
    if (found[column] === undefined) throw new SqlError('42P17', `text search parser ${noun} method is required`);
  }
  const w = u.session.catalogWriter();
  const oid = w.newOid();
  w.insert('pg_ts_parser', { oid, prsname: at.name, prsnamespace: at.namespace, prsstart: found.prsstart!, prstoken: found.prstoken!, prsend: found.prsend!, prsheadline: found.prsheadline ?? 0, prslextype: found.prslextype! });
  depend(u, PARSER, oid, at.namespace, Object.values(found).map((f) => address(CLASS.proc, f)));
}

export function createTemplate(node: Raw, u: UtilityContext): void {
  requireSuperuser(u, 'templates');
  const at = place(u, node.defnames, 'template', 'pg_ts_template_tmplname_index');
  const found = methods(u, options(node.definition), TEMPLATE_METHODS, 'template');
  if (found.tmpllexize === undefined) throw new SqlError('42P17', 'text search template lexize method is required');
  const w = u.session.catalogWriter();
  const oid = w.newOid();
  w.insert('pg_ts_template', { oid, tmplname: at.name, tmplnamespace: at.namespace, tmplinit: found.tmplinit ?? 0, tmpllexize: found.tmpllexize });
  depend(u, TEMPLATE, oid, at.namespace, Object.values(found).map((f) => address(CLASS.proc, f)));
}

function depend(u: UtilityContext, classId: Oid, oid: Oid, namespace: Oid, on: readonly ReturnType<typeof address>[]): void {
  const w = u.session.catalogWriter();
  const self = address(classId, oid);
  recordDependency(w, self, address(CLASS.namespace, namespace), 'n');
  for (const o of on) recordDependency(w, self, o, 'n');
}

interface DictOption extends DictionaryOption { readonly number: boolean }

const dictOption = (o: Option): DictOption => ({ name: o.name, value: o.value ?? '', number: o.raw?.Integer !== undefined || o.raw?.Float !== undefined });

function optionList(list: readonly DictOption[]): string | null {
  if (list.length === 0) return null;
  const quoted = (v: string): string => `${v.includes('\\') ? 'E' : ''}'${v.replace(/['\\]/g, '$&$&')}'`;
  return list.map((o) => `${quoteIdentifier(o.name)} = ${o.number ? o.value : quoted(o.value)}`).join(', ');
}

export function createDictionary(node: Raw, u: UtilityContext): void {
  const at = place(u, node.defnames, 'dictionary', 'pg_ts_dict_dictname_index');
  const w = u.session.catalogWriter();
  let template = 0;
  const list: DictOption[] = [];
  for (const o of options(node.definition)) {
    if (o.name === 'template') template = find(w, 'template', definedNames(o.raw));
    else list.push(dictOption(o));
  }
  if (template === 0) throw new SqlError('42P17', 'text search template is required');
  new CatalogTextSearch(w).make(template, list);
  const oid = w.newOid();
  w.insert('pg_ts_dict', { oid, dictname: at.name, dictnamespace: at.namespace, dictowner: u.session.userOid(), dicttemplate: template, dictinitoption: optionList(list) });
  depend(u, DICTIONARY, oid, at.namespace, [address(TEMPLATE, template)]);
}

// eslint-disable-next-line require-yield
function* alterDictionary(node: Raw, u: UtilityContext): Steps<string> {
  const w = u.session.catalogWriter();
  const oid = find(w, 'dictionary', names(node.dictname));
  checkObjectOwner(u.session, address(DICTIONARY, oid));
  const old = w.syscache('TSDICTOID', oid)!;
  let list: DictOption[] = old.dictinitoption === null ? [] : parseOptions(old.dictinitoption).map((o) => ({ ...o, number: false }));
  for (const o of options(node.options)) {
    list = list.filter((known) => known.name !== o.name);
    if (o.raw !== undefined) list.push(dictOption(o));
  }
  new CatalogTextSearch(w).make(old.dicttemplate, list);
  w.update('pg_ts_dict', { oid }, { dictinitoption: optionList(list) });
  return 'ALTER TEXT SEARCH DICTIONARY';
}

export function createConfiguration(node: Raw, u: UtilityContext): void {
  const at = place(u, node.defnames, 'configuration', 'pg_ts_config_cfgname_index');
  const w = u.session.catalogWriter();
  let parser = 0;
  let source = 0;
  for (const o of options(node.definition)) {
    if (o.name === 'parser') parser = find(w, 'parser', definedNames(o.raw));
    else if (o.name === 'copy') source = find(w, 'configuration', definedNames(o.raw));
    else throw new SqlError('42601', `text search configuration parameter "${o.name}" not recognized`);
  }
  if (source !== 0 && parser !== 0) throw new SqlError('42601', 'cannot specify both PARSER and COPY options');
  if (source !== 0) parser = w.syscache('TSCONFIGOID', source)!.cfgparser;
  if (parser === 0) throw new SqlError('42P17', 'text search parser is required');
  const oid = w.newOid();
  w.insert('pg_ts_config', { oid, cfgname: at.name, cfgnamespace: at.namespace, cfgowner: u.session.userOid(), cfgparser: parser });
  const rows = source === 0 ? [] : w.syscacheList('TSCONFIGMAP', source);
  for (const r of rows) w.insert('pg_ts_config_map', { ...r, mapcfg: oid });
  depend(u, CONFIGURATION, oid, at.namespace, [address(PARSER, parser), ...[...new Set(rows.map((r) => r.mapdict))].map((d) => address(DICTIONARY, d))]);
}

function tokenTypes(list: Raw[] | undefined): { number: number; name: string }[] {
  const seen = new Map<number, string>();
  for (const name of names(list)) {
    const number = TOKEN_TYPES.findIndex(([alias], i) => i > 0 && alias === name);
    if (number < 0) throw new SqlError('22023', `token type "${name}" does not exist`);
    seen.set(number, name);
  }
  return [...seen].map(([number, name]) => ({ number, name }));
}

// eslint-disable-next-line require-yield
function* alterConfiguration(node: Raw, u: UtilityContext): Steps<string> {
  const w = u.session.catalogWriter();
  const oid = find(w, 'configuration', names(node.cfgname));
  checkObjectOwner(u.session, address(CONFIGURATION, oid));
  const tokens = tokenTypes(node.tokentype);
  if (node.dicts === undefined) dropMapping(u, oid, tokens, node.missing_ok === true);
  else makeMapping(u, oid, tokens, (node.dicts as Raw[]).map((d) => find(w, 'dictionary', names(d.List.items))), node);
  return 'ALTER TEXT SEARCH CONFIGURATION';
}

function dropMapping(u: UtilityContext, oid: Oid, tokens: readonly { number: number; name: string }[], missingOk: boolean): void {
  const w = u.session.catalogWriter();
  for (const t of tokens) {
    const rows = w.syscacheList('TSCONFIGMAP', oid, t.number);
    if (rows.length > 0) {
      w.remove('pg_ts_config_map', { mapcfg: oid, maptokentype: t.number });
      continue;
    }
    if (!missingOk) throw new SqlError('42704', `mapping for token type "${t.name}" does not exist`);
    u.session.notice('NOTICE', '00000', `mapping for token type "${t.name}" does not exist, skipping`);
  }
}

function makeMapping(u: UtilityContext, oid: Oid, tokens: readonly { number: number; name: string }[], dicts: readonly Oid[], node: Raw): void {
  const w = u.session.catalogWriter();
  const self = address(CONFIGURATION, oid);
  if (node.replace === true) {
    const [from, to] = dicts as [Oid, Oid];
    const wanted = new Set(tokens.map((t) => t.number));
    for (const r of [...w.syscacheList('TSCONFIGMAP', oid)]) {
      if (r.mapdict !== from || (wanted.size > 0 && !wanted.has(r.maptokentype))) continue;
      w.update('pg_ts_config_map', { mapcfg: oid, maptokentype: r.maptokentype, mapseqno: r.mapseqno }, { mapdict: to });
    }
    recordDependency(w, self, address(DICTIONARY, to), 'n');
    return;
  }
  if (node.override === true) for (const t of tokens) w.remove('pg_ts_config_map', { mapcfg: oid, maptokentype: t.number });
  for (const t of tokens) {
    dicts.forEach((d, i) => {
      if (w.syscacheList('TSCONFIGMAP', oid, t.number).some((r) => r.mapseqno === i + 1)) {
        throw new SqlError('23505', 'duplicate key value violates unique constraint "pg_ts_config_map_index"', { detail: `Key (mapcfg, maptokentype, mapseqno)=(${oid}, ${t.number}, ${i + 1}) already exists.` });
      }
      w.insert('pg_ts_config_map', { mapcfg: oid, maptokentype: t.number, mapseqno: i + 1, mapdict: d });
    });
  }
  for (const d of new Set(dicts)) recordDependency(w, self, address(DICTIONARY, d), 'n');
}

defineCommands({ AlterTSDictionaryStmt: alterDictionary, AlterTSConfigurationStmt: alterConfiguration });
