/** The options of COPY: PostgreSQL's ProcessCopyOptions with its checks in its order. */
import { characterPosition } from '@pglitedb/parser';
import { SqlError } from '@pglitedb/types';
import { options as readOptions, type Option, type Raw } from '../ddl/raw.js';
import type { UtilityContext } from '../registry.js';

export interface CopyOptions {
  format: 'text' | 'csv' | 'binary';
  delimiter: string; nullText: string; defaultText: string | undefined;
  header: 'no' | 'yes' | 'match';
  quote: string; escape: string;
  /** Column names; '*' = all. */
  forceQuote: string[] | '*' | undefined; forceNotNull: string[] | '*' | undefined; forceNull: string[] | '*' | undefined;
  encoding: string | undefined; freeze: boolean; onError: 'stop' | 'ignore'; rejectLimit: number | undefined; verbosity: 'silent' | 'default' | 'verbose';
}

const SYNTAX = '42601';
const INVALID = '22023';
const UNSUPPORTED = '0A000';

function booleanOf(o: Option): boolean {
  if (o.value === undefined) return true;
  const v = o.value.toLowerCase();
  if (['true', 'on', '1'].includes(v)) return true;
  if (['false', 'off', '0'].includes(v)) return false;
  throw new SqlError(SYNTAX, `${o.name} requires a Boolean value`);
}
function textOf(o: Option): string {
  if (o.value === undefined) throw new SqlError(SYNTAX, `${o.name} requires a parameter`);
  return o.value;
}
function headerOf(o: Option, from: boolean): CopyOptions['header'] {
  const v = o.value?.toLowerCase();
  if (v === undefined || ['true', 'on', '1'].includes(v)) return 'yes';
  if (['false', 'off', '0'].includes(v)) return 'no';
  if (v !== 'match') throw new SqlError(SYNTAX, `${o.name} requires a Boolean value or "match"`);
  if (!from) throw new SqlError(UNSUPPORTED, `cannot use "${v}" with HEADER in COPY TO`);
  return 'match';
}

const ENCODINGS: Record<string, string> = {
  UTF8: 'UTF8', UNICODE: 'UTF8', LATIN1: 'LATIN1', ISO88591: 'LATIN1', SQLASCII: 'SQL_ASCII', LATIN2: 'LATIN2', LATIN9: 'LATIN9', WIN1252: 'WIN1252', WIN1251: 'WIN1251', WIN1250: 'WIN1250',
  KOI8R: 'KOI8R', EUCJP: 'EUC_JP', SJIS: 'SJIS', EUCKR: 'EUC_KR', GBK: 'GBK', GB18030: 'GB18030', BIG5: 'BIG5', WIN1254: 'WIN1254', WIN1257: 'WIN1257', WIN866: 'WIN866',
};

type Located = Option & { location: number };

export function copyOptions(raw: Raw[] | undefined, from: boolean, u: UtilityContext): CopyOptions {
  const list = readOptions(raw).map((o, k): Located => ({ ...o, location: (raw as Raw[])[k].DefElem.location ?? -1 }));
  const failAt = (o: Located, code: string, message: string): never => { throw new SqlError(code, message, { position: characterPosition(u.sql, o.location) }); };
  const seen = new Set<string>();
  const given: Partial<Record<string, Located>> = {};
  const known = new Set(['format', 'freeze', 'delimiter', 'null', 'default', 'header', 'quote', 'escape', 'force_quote', 'force_not_null', 'force_null', 'convert_selectively', 'encoding', 'on_error', 'log_verbosity', 'reject_limit']);
  const r: CopyOptions = {
    format: 'text', delimiter: '', nullText: '', defaultText: undefined, header: 'no', quote: '', escape: '', forceQuote: undefined, forceNotNull: undefined, forceNull: undefined,
    encoding: undefined, freeze: false, onError: 'stop', rejectLimit: undefined, verbosity: 'default',
  };
  const columns = (o: Located): string[] | '*' => {
    if (o.raw?.A_Star) return '*';
    if (o.raw?.List === undefined) return failAt(o, INVALID, `argument to option "${o.name}" must be a list of column names`);
    return (o.raw.List.items as Raw[]).map((i) => i.String.sval as string);
  };
  for (const o of list) {
    if (!known.has(o.name)) failAt(o, SYNTAX, `option "${o.name}" not recognized`);
    if (seen.has(o.name)) failAt(o, SYNTAX, 'conflicting or redundant options');
    seen.add(o.name);
    given[o.name] = o;
    switch (o.name) {
      case 'format': {
        const v = textOf(o);
        if (v !== 'text' && v !== 'csv' && v !== 'binary') failAt(o, INVALID, `COPY format "${v}" not recognized`);
        r.format = v as CopyOptions['format'];
        break;
      }
      case 'freeze': r.freeze = booleanOf(o); break;
      case 'header': r.header = headerOf(o, from); break;
      case 'force_quote': r.forceQuote = columns(o); break;
      case 'force_not_null': r.forceNotNull = columns(o); break;
      case 'force_null': r.forceNull = columns(o); break;
      case 'encoding': {
        r.encoding = ENCODINGS[textOf(o).toUpperCase().replace(/[^A-Z0-9]/g, '')];
        if (r.encoding === undefined) failAt(o, INVALID, `argument to option "${o.name}" must be a valid encoding name`);
        break;
      }
      case 'on_error': {
        if (!from) failAt(o, INVALID, 'COPY ON_ERROR cannot be used with COPY TO');
        const v = textOf(o).toLowerCase();
        if (v !== 'stop' && v !== 'ignore') failAt(o, INVALID, `COPY ON_ERROR "${textOf(o)}" not recognized`);
        r.onError = v as CopyOptions['onError'];
        break;
      }
      case 'log_verbosity': {
        const v = textOf(o).toLowerCase();
        if (v !== 'silent' && v !== 'default' && v !== 'verbose') failAt(o, INVALID, `COPY LOG_VERBOSITY "${textOf(o)}" not recognized`);
        r.verbosity = v as CopyOptions['verbosity'];
        break;
      }
      case 'reject_limit': {
        const v = Number(textOf(o));
        if (v <= 0) throw new SqlError(INVALID, `REJECT_LIMIT (${v}) must be greater than zero`);
        r.rejectLimit = v;
        break;
      }
      default: textOf(o.name === 'convert_selectively' ? { ...o, value: o.value ?? '' } : o);
    }
  }
  const text = (name: string): string | undefined => given[name]?.value;
  r.delimiter = text('delimiter') ?? '';
  r.defaultText = text('default');
  r.quote = text('quote') ?? '';
  r.escape = text('escape') ?? '';
  checkOptions(r, given, from);
  return r;
}

const unsupported = (message: string): never => { throw new SqlError(UNSUPPORTED, message); };
const invalid = (message: string): never => { throw new SqlError(INVALID, message); };

function checkOptions(r: CopyOptions, given: Partial<Record<string, unknown>>, from: boolean): void {
  const binary = r.format === 'binary';
  const csv = r.format === 'csv';
  if (binary) {
    if (given['delimiter']) throw new SqlError(SYNTAX, 'cannot specify DELIMITER in BINARY mode');
    if (given['null']) throw new SqlError(SYNTAX, 'cannot specify NULL in BINARY mode');
    if (given['default']) throw new SqlError(SYNTAX, 'cannot specify DEFAULT in BINARY mode');
  }
  const nullGiven = (given['null'] as Option | undefined)?.value;
  if (!given['delimiter']) r.delimiter = csv ? ',' : '\t';
  r.nullText = nullGiven ?? (csv ? '' : '\\N');
  if (!given['quote']) r.quote = csv ? '"' : '';
  if (!given['escape']) r.escape = csv ? r.quote : '';
  const byte = (s: string): boolean => Buffer.byteLength(s) === 1;
  if (!byte(r.delimiter)) unsupported('COPY delimiter must be a single one-byte character');
  if (/[\r\n]/.test(r.delimiter)) invalid('COPY delimiter cannot be newline or carriage return');
  if (/[\r\n]/.test(r.nullText)) invalid('COPY null representation cannot use newline or carriage return');
  if (r.defaultText !== undefined && /[\r\n]/.test(r.defaultText)) invalid('COPY default representation cannot use newline or carriage return');
  if (!csv && /[\\.a-z0-9]/.test(r.delimiter)) invalid(`COPY delimiter cannot be "${r.delimiter}"`);
  if (binary && r.header !== 'no') unsupported('cannot specify HEADER in BINARY mode');
  if (!csv && given['quote']) unsupported('COPY QUOTE requires CSV mode');
  if (csv && !byte(r.quote)) unsupported('COPY quote must be a single one-byte character');
  if (csv && r.delimiter === r.quote) invalid('COPY delimiter and quote must be different');
  if (!csv && given['escape']) unsupported('COPY ESCAPE requires CSV mode');
  if (csv && !byte(r.escape)) unsupported('COPY escape must be a single one-byte character');
  if (!csv && r.forceQuote !== undefined) unsupported('COPY FORCE_QUOTE requires CSV mode');
  if (r.forceQuote !== undefined && from) unsupported('COPY FORCE_QUOTE cannot be used with COPY FROM');
  if (!csv && r.forceNotNull !== undefined) unsupported('COPY FORCE_NOT_NULL requires CSV mode');
  if (r.forceNotNull !== undefined && !from) invalid('COPY FORCE_NOT_NULL cannot be used with COPY TO');
  if (!csv && r.forceNull !== undefined) unsupported('COPY FORCE_NULL requires CSV mode');
  if (r.forceNull !== undefined && !from) invalid('COPY FORCE_NULL cannot be used with COPY TO');
  if (r.nullText.includes(r.delimiter)) invalid('COPY delimiter character must not appear in the NULL specification');
  if (csv && r.nullText.includes(r.quote)) invalid('CSV quote character must not appear in the NULL specification');
  if (r.freeze && !from) invalid('COPY FREEZE cannot be used with COPY TO');
  if (r.defaultText !== undefined) {
    if (!from) unsupported('COPY DEFAULT cannot be used with COPY TO');
    if (r.defaultText.includes(r.delimiter)) unsupported('COPY delimiter character must not appear in the DEFAULT specification');
    if (csv && r.defaultText.includes(r.quote)) unsupported('CSV quote character must not appear in the DEFAULT specification');
    if (r.defaultText === r.nullText) unsupported('NULL specification and DEFAULT specification cannot be the same');
  }
  if (binary && r.onError !== 'stop') throw new SqlError(SYNTAX, 'only ON_ERROR STOP is allowed in BINARY mode');
  if (r.rejectLimit !== undefined && r.onError !== 'ignore') invalid('COPY REJECT_LIMIT requires ON_ERROR to be set to IGNORE');
}
