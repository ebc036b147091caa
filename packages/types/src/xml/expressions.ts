/** What the SQL/XML expressions compute: XMLELEMENT, XMLFOREST, XMLCONCAT, XMLPI, XMLROOT, XMLSERIALIZE. */
import type { Oid } from '../brand.js';
import type { Datum } from '../datum.js';
import { notImplemented, SqlError } from '../errors.js';
import type { TypeEnv } from '../type-impl.js';
import type { XmlNode } from './node.js';
import { escapeAttribute, indentedText } from './serialize.js';
import { sqlValueToXml } from './sql-value.js';
import { declarationOf, declarationText, parseXmlText, type XmlOption } from './value.js';

export interface NamedXmlValue { readonly name: string; readonly value: Datum; readonly type: Oid }

/** attributes and content that are NULL are left out. */
export function xmlElement(name: string, attributes: readonly NamedXmlValue[], content: readonly (readonly [Datum, Oid])[], env: TypeEnv): string {
  const shown = attributes.filter((a) => a.value !== null);
  const head = `<${name}${shown.map((a) => ` ${a.name}="${escapeAttribute(sqlValueToXml(a.value, a.type, false, env))}"`).join('')}`;
  const parts = content.filter(([v]) => v !== null);
  if (parts.length === 0) return `${head}/>`;
  return `${head}>${parts.map(([v, type]) => sqlValueToXml(v, type, true, env)).join('')}</${name}>`;
}

/** NULL where all values are. */
export function xmlForest(values: readonly NamedXmlValue[], env: TypeEnv): string | null {
  const shown = values.filter((v) => v.value !== null);
  if (shown.length === 0) return null;
  return shown.map((v) => `<${v.name}>${sqlValueToXml(v.value, v.type, true, env)}</${v.name}>`).join('');
}

/** xmlconcat: one declaration for all of them, as far as theirs agree. */
export function xmlConcat(values: readonly string[]): string {
  let standalone = 1;
  let version: string | undefined;
  let versionUnknown = false;
  let out = '';
  for (const v of values) {
    const d = declarationOf(v);
    if (d.standalone === 0 && standalone === 1) standalone = 0;
    if (d.standalone < 0) standalone = -1;
    if (d.version === undefined || (version !== undefined && d.version !== version)) versionUnknown = true;
    else version = d.version;
    out += v.slice(d.length);
  }
  if (versionUnknown && standalone < 0) return out;
  return declarationText(versionUnknown ? undefined : version, undefined, standalone) + out;
}

/** value undefined: none was given. */
export function xmlPi(target: string, value: string | null | undefined): string | null {
  const invalid = (detail: string): SqlError => new SqlError('2200T', 'invalid XML processing instruction', { detail });
  if (/^xml$/i.test(target)) throw invalid(`XML processing instruction target name cannot be "${target}".`);
  if (value === null) return null;
  if (value === undefined) return `<?${target}?>`;
  if (value.includes('?>')) throw invalid('XML processing instruction cannot contain "?>".');
  return `<?${target} ${value.replace(/^ +/, '')}?>`;
}

/** Codes of the grammar: 0 yes, 1 no, 2 no value, 3 not said. */
export function xmlRoot(data: string, version: string | null, standalone: number): string {
  const d = declarationOf(data);
  const said = standalone === 0 ? 1 : standalone === 1 ? 0 : standalone === 2 ? -1 : d.standalone;
  return declarationText(version ?? undefined, undefined, said) + data.slice(d.length);
}

const hasEntities = (n: XmlNode): boolean => n.kind === 'entity' || n.children.some(hasEntities);

/** xmltotext_with_options */
export function xmlSerialize(data: string, option: XmlOption, indent: boolean): string {
  if (option === 'content' && !indent) return data;
  let tree: ReturnType<typeof parseXmlText>;
  try {
    tree = parseXmlText(data, option, { stripBlanks: indent });
  } catch (e) {
    if (e instanceof SqlError && (e.code === '2200M' || e.code === '2200N')) throw new SqlError('2200L', 'not an XML document');
    throw e;
  }
  if (!indent) return data;
  const nodes = tree.parsed.document.children;
  if (nodes.some((n) => n.kind === 'doctype' && n.value.includes('[')) || nodes.some(hasEntities)) throw notImplemented('XMLSERIALIZE with INDENT of a document with an internal subset');
  if (!tree.document) return nodes.map((n, k) => (k > 0 && n.kind !== 'text' ? '\n' : '') + indentedText(n)).join('');
  const d = declarationOf(data);
  const head = d.length === 0 ? '' : `<?xml version="${d.version}" encoding="UTF-8"${d.standalone < 0 ? '' : ` standalone="${d.standalone === 1 ? 'yes' : 'no'}"`}?>\n`;
  return `${head}${nodes.map(indentedText).join('\n')}${option === 'content' ? '\n' : ''}`;
}
