/** CREATE CONVERSION and CREATE ACCESS METHOD. */
import { isSuperuser } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import { defineCommands, type UtilityContext } from '../registry.js';
import { CLASS } from './catalog-ids.js';
import { address, recordDependency } from './depend.js';
import { creationNamespace, names, splitName, type Raw } from './raw.js';
import { findProcedure } from './routine-lookup.js';
import { requireExecute } from './require-privilege.js';

/** pg_char_to_encoding's names, cleaned of all but letters and digits, and their numbers. */
const ENCODINGS: Readonly<Record<string, number>> = {
  sqlascii: 0, eucjp: 1, euccn: 2, euckr: 3, euctw: 4, eucjis2004: 5, utf8: 6, unicode: 6, muleinternal: 7, latin1: 8, iso88591: 8, latin2: 9, iso88592: 9, latin3: 10, iso88593: 10, latin4: 11, iso88594: 11, latin5: 12, iso88599: 12,
  latin6: 13, iso885910: 13, latin7: 14, iso885913: 14, latin8: 15, iso885914: 15, latin9: 16, iso885915: 16, latin10: 17, iso885916: 17, win1256: 18, windows1256: 18, win1258: 19, windows1258: 19, abc: 19, tcvn: 19, tcvn5712: 19, vscii: 19,
  win866: 20, windows866: 20, alt: 20, win874: 21, windows874: 21, koi8r: 22, koi8: 22, win1251: 23, windows1251: 23, win: 23, win1252: 24, windows1252: 24, iso88595: 25, iso88596: 26, iso88597: 27, iso88598: 28, win1250: 29, windows1250: 29,
  win1253: 30, windows1253: 30, win1254: 31, windows1254: 31, win1255: 32, windows1255: 32, win1257: 33, windows1257: 33, koi8u: 34, sjis: 35, mskanji: 35, shiftjis: 35, win932: 35, windows932: 35, big5: 36, win950: 36, windows950: 36, gbk: 37,
  win936: 37, windows936: 37, uhc: 38, win949: 38, windows949: 38, gb18030: 39, johab: 40, shiftjis2004: 41,
};
const CONVERSION_ARGS: Oid[] = [23, 23, 2275, 2281, 23, 16];
const INT4 = 23;

function encoding(name: string, word: string): number {
  const code = ENCODINGS[name.toLowerCase().replace(/[^a-z0-9]/g, '')];
  if (code === undefined) throw new SqlError('42704', `${word} encoding "${name}" does not exist`);
  return code;
}

function* createConversion(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const w = session.catalogWriter();
  const { schema, name } = splitName(node.conversion_name);
  const namespace = creationNamespace(session, schema);
  const from = encoding(node.for_encoding_name, 'source');
  const to = encoding(node.to_encoding_name, 'destination');
  if (from === 0 || to === 0) throw new SqlError('42P17', 'encoding conversion to or from "SQL_ASCII" is not supported');
  const parts = names(node.func_name);
  const fn = findProcedure(w, parts, CONVERSION_ARGS);
  if (fn === 0) throw new SqlError('42883', `function ${parts.join('.')}(${CONVERSION_ARGS.map((t) => w.types.formatType(t, -1)).join(', ')}) does not exist`);
  if (w.syscache('PROCOID', fn)!.prorettype !== INT4) throw new SqlError('42P17', `encoding conversion function ${parts.join('.')} must return type integer`);
  requireExecute(session, fn);
  const isDefault = node.def === true;
  if (w.syscache('CONNAMENSP', name, namespace) !== undefined) throw new SqlError('42710', `conversion "${name}" already exists`);
  if (isDefault && w.rows('pg_conversion', { connamespace: namespace, conforencoding: from, contoencoding: to, condefault: true }).length > 0) {
    throw new SqlError('42710', `default conversion for ${node.for_encoding_name} to ${node.to_encoding_name} already exists`);
  }
  const oid = w.newOid();
  w.insert('pg_conversion', { oid, conname: name, connamespace: namespace, conowner: session.userOid(), conforencoding: from, contoencoding: to, conproc: fn, condefault: isDefault });
  const self = address(CLASS.conversion, oid);
  recordDependency(w, self, address(CLASS.proc, fn), 'n');
  recordDependency(w, self, address(CLASS.namespace, namespace), 'n');
  return 'CREATE CONVERSION';
}

const HANDLERS: Readonly<Record<string, { type: Oid; name: string }>> = { i: { type: 325, name: 'index_am_handler' }, t: { type: 269, name: 'table_am_handler' } };
const INTERNAL: Oid = 2281;

function* createAccessMethod(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const w = session.catalogWriter();
  if (!isSuperuser(w, session.userOid())) throw new SqlError('42501', `permission denied to create access method "${node.amname}"`, { hint: 'Must be superuser to create an access method.' });
  if (w.syscache('AMNAME', node.amname) !== undefined) throw new SqlError('42710', `access method "${node.amname}" already exists`);
  const parts = names(node.handler_name);
  const handler = findProcedure(w, parts, [INTERNAL]);
  if (handler === 0) throw new SqlError('42883', `function ${parts.join('.')}(internal) does not exist`);
  const wanted = HANDLERS[node.amtype]!;
  if (w.syscache('PROCOID', handler)!.prorettype !== wanted.type) throw new SqlError('42809', `function ${parts.join('.')} must return type ${wanted.name}`);
  const oid = w.newOid();
  w.insert('pg_am', { oid, amname: node.amname, amhandler: handler, amtype: node.amtype });
  recordDependency(w, address(CLASS.accessMethod, oid), address(CLASS.proc, handler), 'n');
  return 'CREATE ACCESS METHOD';
}

defineCommands({ CreateConversionStmt: createConversion, CreateAmStmt: createAccessMethod });
