/** SQL names and values in XML (SQL/XML part 14's mappings). */
import type { Oid } from '../brand.js';
import type { Datum } from '../datum.js';
import { SqlError } from '../errors.js';
import type { TypeEnv } from '../type-impl.js';
import type { PgArray } from '../array/value.js';
import { toHex } from '../bytea/type.js';
import { dateTimeText } from '../json/from-datum.js';
import { escapeXml } from './serialize.js';

const BOOL = 16, BYTEA = 17, XML = 142, DATE = 1082, TIMESTAMP = 1114, TIMESTAMPTZ = 1184;
const BASE64_LINE = 72;

const FIRST = /[A-Za-z_:\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e\u0180-\u01c3\u01cd-\u01f0\p{L}]/u;
const FOLLOWING = /[-.0-9\p{L}_:\u00b7\p{M}\p{Nd}]/u;

/** map_sql_identifier_to_xml_name */
export function xmlName(identifier: string, fully: boolean, escapePeriod: boolean): string {
  const chars = [...identifier];
  const hex = (c: string): string => `_x${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}_`;
  return chars.map((c, k) => {
    if (c === ':' && (k === 0 || fully)) return '_x003A_';
    if (c === '_' && chars[k + 1] === 'x') return '_x005F_';
    if (fully && k === 0 && /^xml/i.test(identifier)) return hex(c);
    if (escapePeriod && c === '.') return '_x002E_';
    return (k === 0 ? FIRST : FOLLOWING).test(c) ? c : hex(c);
  }).join('');
}

/** map_xml_name_to_sql_identifier */
export const sqlIdentifier = (name: string): string => name.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));

const infinite = (what: string): SqlError => new SqlError('22008', `${what} out of range`, { detail: `XML does not support infinite ${what} values.` });

function base64(b: Uint8Array): string {
  return Buffer.from(b.buffer, b.byteOffset, b.length).toString('base64').replace(new RegExp(`.{${BASE64_LINE}}(?=.)`, 'g'), '$&\r\n');
}

/** map_sql_value_to_xml_value */
export function sqlValueToXml(value: Datum, type: Oid, escape: boolean, env: TypeEnv): string {
  const info = env.types.typeInfo(type);
  if (info?.kind === 'a') {
    const a = value as PgArray;
    return a.elements.filter((v) => v !== null).map((v) => `<element>${sqlValueToXml(v, a.elementOid, true, env)}</element>`).join('');
  }
  if (info?.kind === 'd') return sqlValueToXml(value, info.baseOid, escape, env);
  switch (type) {
    case BOOL: return value ? 'true' : 'false';
    case DATE:
      if (!Number.isFinite(value)) throw infinite('date');
      return dateTimeText(value, 'date', env);
    case TIMESTAMP: case TIMESTAMPTZ:
      if (value === Infinity || value === -Infinity) throw infinite('timestamp');
      return dateTimeText(value, type === TIMESTAMP ? 'timestamp' : 'timestamptz', env);
    case BYTEA: return env.setting('xmlbinary')?.toLowerCase() === 'hex' ? toHex(value).toUpperCase() : base64(value);
  }
  const text = env.types.typeImpl(type).format(value, env);
  return type === XML || !escape ? text : escapeXml(text);
}
