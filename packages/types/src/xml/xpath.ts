/** xpath(), xpath_exists(), XMLEXISTS and what XMLTABLE asks: compiled expressions over parsed documents. */
import type { Oid } from '../brand.js';
import { SqlError } from '../errors.js';
import type { TypeEnv } from '../type-impl.js';
import type { PgArray } from '../array/value.js';
import { problemText } from './errors.js';
import { stringValue, type XmlNode } from './node.js';
import { parseXmlDocument } from './parse.js';
import { escapeXml, nodeText } from './serialize.js';
import { sqlValueToXml } from './sql-value.js';
import { declarationOf } from './value.js';
import { evaluateXPath, toNumber, toText, XPathError, type XPathValue } from './xpath-eval.js';
import { parseXPath, XPathSyntaxError, type XPathExpr } from './xpath-parse.js';

const FLOAT8 = 701, XML = 142;
const CACHE_MAX = 200;
const compiled = new Map<string, XPathExpr>();

/** An expression, or PostgreSQL's error for one that cannot be compiled. */
export function compileXPath(text: string): XPathExpr {
  const known = compiled.get(text);
  if (known !== undefined) return known;
  try {
    const e = parseXPath(text);
    if (compiled.size >= CACHE_MAX) compiled.clear();
    compiled.set(text, e);
    return e;
  } catch (e) {
    if (e instanceof XPathSyntaxError) throw new SqlError('10608', 'invalid XPath expression', { detail: e.message });
    throw e;
  }
}

export function runXPath(e: XPathExpr, node: XmlNode, namespaces: ReadonlyMap<string, string>): XPathValue {
  try {
    return evaluateXPath(e, { node, position: 1, size: 1, namespaces });
  } catch (x) {
    if (x instanceof XPathError) throw new SqlError('10608', 'could not create XPath object', { detail: x.message });
    throw x;
  }
}

/** The tree of a document that must be well-formed in its namespaces too. */
export function xpathDocument(data: string, env: TypeEnv): XmlNode {
  const { document, problems } = parseXmlDocument(data.slice(declarationOf(data).length));
  if (problems.some((p) => !p.warning)) throw new SqlError('2200M', 'could not parse XML document', { detail: problemText(problems) });
  if (problems.length > 0) env.notice('WARNING', '01000', problemText(problems));
  return document;
}

function namespaceMap(names: PgArray | null): Map<string, string> {
  const map = new Map<string, string>();
  if (names === null || names.dims.length === 0) return map;
  if (names.dims.length !== 2 || names.dims[1] !== 2) {
    throw new SqlError('22000', 'invalid array for XML namespace mapping', { detail: 'The array must be two-dimensional with length of the second axis equal to 2.' });
  }
  for (let k = 0; k < names.elements.length; k += 2) {
    const [name, uri] = [names.elements[k], names.elements[k + 1]];
    if (name === null || uri === null) throw new SqlError('22004', 'neither namespace name nor URI may be null');
    map.set(name, uri);
  }
  return map;
}

function xpathInternal(path: string, data: string, names: PgArray | null, env: TypeEnv): XPathValue {
  const namespaces = namespaceMap(names);
  if (path === '') throw new SqlError('10608', 'empty XPath expression');
  const document = xpathDocument(data, env);
  return runXPath(compileXPath(path), document, namespaces);
}

/** xml_xmlnodetoxmltype */
export function xmlOfNode(n: XmlNode): string {
  if (n.kind === 'document') {
    const parts = n.children.map((c) => nodeText(c));
    return `${parts.join('\n')}\n`;
  }
  return n.kind === 'attribute' || n.kind === 'text' ? escapeXml(stringValue(n)) : n.kind === 'namespace' ? n.value : nodeText(n);
}

/** The result as xml values: one for each node, or one. */
export function xpathResult(path: string, data: string, names: PgArray | null, env: TypeEnv): string[] {
  const v = xpathInternal(path, data, names, env);
  if (Array.isArray(v)) return v.map(xmlOfNode);
  if (typeof v === 'number') return [sqlValueToXml(v, FLOAT8, true, env)];
  return [typeof v === 'string' ? escapeXml(v) : String(v)];
}

export function xpathExists(path: string, data: string, names: PgArray | null, env: TypeEnv): boolean {
  const v = xpathInternal(path, data, names, env);
  return !Array.isArray(v) || v.length > 0;
}

/** XmlTableGetValue's text for the column's input function, null for nothing. */
export function xmlTableValue(v: XPathValue, type: Oid, numeric: boolean): string | null {
  if (Array.isArray(v)) {
    if (v.length === 0) return null;
    if (type === XML) return v.map(xmlOfNode).join('');
    if (v.length > 1) throw new SqlError('21000', 'more than one value returned by column XPath expression');
    return stringValue(v[0]!);
  }
  if (typeof v === 'string') return type === XML ? escapeXml(v) : v;
  if (typeof v === 'boolean' && numeric) return toText(toNumber(v));
  return toText(v);
}
