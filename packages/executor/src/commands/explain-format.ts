/** EXPLAIN's JSON, XML and YAML, laid out as PostgreSQL does, of the same documents. */
import { Fixed } from '@pglitedb/planner';

const escapeXml = (s: string): string => s.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
const tagOf = (label: string): string => label.replace(/[^-A-Za-z0-9_.]/g, '-');
const scalar = (v: unknown): boolean => typeof v !== 'object' || v === null || v instanceof Fixed;
const plain = (v: unknown): string => (v instanceof Fixed ? v.text : String(v));
/** Elements of a list of objects, by the list's label. */
const ELEMENTS: Readonly<Record<string, string>> = { Plans: 'Plan', Triggers: 'Trigger', 'Grouping Sets': 'Grouping Set' };

export function jsonText(queries: readonly unknown[]): string {
  const text = (v: unknown): string => (typeof v === 'string' ? JSON.stringify(v) : plain(v));
  const value = (v: unknown, indent: string): string => {
    if (scalar(v)) return text(v);
    const inner = `${indent}  `;
    if (!Array.isArray(v)) return `{\n${Object.entries(v as object).map(([k, x]) => `${inner}${JSON.stringify(k)}: ${value(x, inner)}`).join(',\n')}\n${indent}}`;
    if (v.length > 0 && v.every(scalar)) return `[${v.map(text).join(', ')}]`;
    return `[\n${v.map((x) => `${inner}${value(x, inner)}\n`).join(`,\n`).replaceAll('\n,\n', ',\n')}${indent}]`;
  };
  return value(queries, '');
}

export function xmlText(queries: readonly unknown[]): string {
  const out = ['<explain xmlns="http://www.postgresql.org/2009/explain">'];
  const put = (label: string, v: unknown, indent: string): void => {
    const tag = tagOf(label);
    if (scalar(v)) { out.push(`${indent}<${tag}>${escapeXml(plain(v))}</${tag}>`); return; }
    out.push(`${indent}<${tag}>`);
    if (Array.isArray(v)) for (const item of v) put(scalar(item) ? 'Item' : ELEMENTS[label] ?? 'Group', item, `${indent}  `);
    else for (const [k, x] of Object.entries(v as object)) put(k, x, `${indent}  `);
    out.push(`${indent}</${tag}>`);
  };
  for (const q of queries) {
    if (scalar(q)) out.push(`  ${escapeXml(String(q))}`);
    else put('Query', q, '  ');
  }
  out.push('</explain>');
  return out.join('\n');
}

export function yamlText(queries: readonly unknown[]): string {
  const out: string[] = [];
  const text = (v: unknown): string => (typeof v === 'string' ? JSON.stringify(v) : plain(v));
  const fields = (v: object, indent: string, lead: string): void => {
    let first = true;
    for (const [k, x] of Object.entries(v)) {
      const prefix = first ? lead : indent;
      first = false;
      if (scalar(x)) { out.push(`${prefix}${k}: ${text(x)}`); continue; }
      out.push(`${prefix}${k}: `);
      if (!Array.isArray(x)) { fields(x as object, `${indent}  `, `${indent}  `); continue; }
      for (const item of x) {
        if (scalar(item)) out.push(`${indent}  - ${text(item)}`);
        else fields(item as object, `${indent}    `, `${indent}  - `);
      }
    }
  };
  for (const q of queries) {
    if (scalar(q)) out.push(`- ${text(q)}`);
    else fields(q as object, '  ', '- ');
  }
  return out.join('\n');
}
