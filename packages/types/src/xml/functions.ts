/** The xml type and its functions. */
import { defineFunctions, type CallContext } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { defineBaseType } from '../any/text-io.js';
import { utf8 } from '../any/utf8.js';
import { PgArray } from '../array/value.js';
import { decodeText } from '../encode/encodings.js';
import { xmlConcat } from './expressions.js';
import { escapeXml } from './serialize.js';
import { declarationOf, isXmlDocument, xmlInput, xmlOption, xmlOutput } from './value.js';
import { xpathExists, xpathResult } from './xpath.js';

const XML = 142;

export const xmlType = defineBaseType({
  oid: XML, name: 'xml', physical: 'text', len: -1,
  parse: (text, _typmod, env) => xmlInput(text, env),
  format: (v: string) => xmlOutput(v),
  send: (v: string) => utf8(xmlOutput(v, 'UTF-8')),
  receive: (b, _typmod, env) => {
    const encoding = declarationOf(Buffer.from(b.buffer, b.byteOffset, b.length).toString('latin1')).encoding ?? 'UTF8';
    return xmlInput(decodeText(b, encoding), env);
  },
}, ['xml_in', 'xml_out', 'xml_recv', 'xml_send']);

function xmlComment(text: string): string {
  if (text.includes('--') || text.endsWith('-')) throw new SqlError('2200S', 'invalid XML comment');
  return `<!--${text}-->`;
}

defineFunctions({
  texttoxml: (text: string, cx: CallContext) => xmlInput(text, cx.env),
  xmltotext: (v: string) => v,
  xmlcomment: xmlComment,
  xmltext: (text: string) => escapeXml(text).replace(/"/g, '&quot;').replace(/&#x0d;/g, '&#13;'),
  xmlvalidate: () => { throw new SqlError('0A000', 'xmlvalidate is not implemented'); },
  xmlconcat2: (a: string | null, b: string | null) => (a === null ? b : b === null ? a : xmlConcat([a, b])),
  xml_is_well_formed: (text: string, cx: CallContext) => isXmlDocument(text, xmlOption(cx.env)),
  xml_is_well_formed_document: (text: string) => isXmlDocument(text, 'document'),
  xml_is_well_formed_content: (text: string) => isXmlDocument(text, 'content'),
  xpath: (path: string, data: string, names: PgArray, cx: CallContext) => {
    const list = xpathResult(path, data, names, cx.env);
    return list.length === 0 ? PgArray.empty(XML) : PgArray.of(XML, list);
  },
  xpath_exists: (path: string, data: string, names: PgArray, cx: CallContext) => xpathExists(path, data, names, cx.env),
  xmlexists: (path: string, data: string, cx: CallContext) => xpathExists(path, data, null, cx.env),
});
