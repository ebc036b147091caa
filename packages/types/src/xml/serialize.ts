/** XML trees as text, in the form libxml2 writes. */
import { namespaceOf, type XmlNode } from './node.js';

const TEXT: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };
const ATTRIBUTE: Readonly<Record<string, string>> = { ...TEXT, '"': '&quot;', '\n': '&#10;', '\t': '&#9;' };

export const escapeText = (s: string): string => s.replace(/[&<>\r]/g, (c) => TEXT[c]!);
export const escapeAttribute = (s: string): string => s.replace(/[&<>\r"\n\t]/g, (c) => ATTRIBUTE[c]!);
/** escape_xml: what SQL values are escaped with. */
export const escapeXml = (s: string): string => s.replace(/[&<>\r]/g, (c) => (c === '\r' ? '&#x0d;' : TEXT[c]!));

const INDENT = '  ';

class Writer {
  out = '';
  /** indent: elements whose content has no text get lines of their own. */
  constructor(private readonly indent: boolean) {}

  element(n: XmlNode, depth: number, extra: readonly { prefix: string; uri: string }[]): void {
    this.out += `<${n.name}`;
    for (const d of [...n.declared, ...extra]) this.out += ` xmlns${d.prefix === '' ? '' : `:${d.prefix}`}="${escapeAttribute(d.uri)}"`;
    for (const a of n.attributes) this.out += ` ${a.name}="${escapeAttribute(a.value)}"`;
    if (n.children.length === 0) {
      this.out += '/>';
      return;
    }
    this.out += '>';
    const broken = this.indent && !this.inline && !n.children.some((c) => c.kind === 'text' || c.kind === 'cdata' || c.kind === 'entity');
    const outer = this.inline;
    if (!broken) this.inline = true;
    for (const c of n.children) {
      if (broken) this.out += `\n${INDENT.repeat(depth + 1)}`;
      this.node(c, depth + 1, []);
    }
    this.inline = outer;
    if (broken) this.out += `\n${INDENT.repeat(depth)}`;
    this.out += `</${n.name}>`;
  }
  private inline = false;

  node(n: XmlNode, depth: number, extra: readonly { prefix: string; uri: string }[]): void {
    switch (n.kind) {
      case 'element': return this.element(n, depth, extra);
      case 'text': this.out += escapeText(n.value); return;
      case 'cdata': this.out += `<![CDATA[${n.value}]]>`; return;
      case 'comment': this.out += `<!--${n.value}-->`; return;
      case 'pi': this.out += `<?${n.name}${n.value === '' ? '' : ` ${n.value}`}?>`; return;
      case 'entity': this.out += `&${n.name};`; return;
      case 'doctype': this.out += n.value; return;
      case 'document': for (const c of n.children) this.node(c, depth, []); return;
      default: this.out += escapeText(n.value);
    }
  }
}

/** Namespaces that a subtree uses and does not declare: a copy of it must. */
function missingNamespaces(top: XmlNode): { prefix: string; uri: string }[] {
  const missing: { prefix: string; uri: string }[] = [];
  const visit = (n: XmlNode, declared: ReadonlySet<string>): void => {
    const own = n.declared.length === 0 ? declared : new Set([...declared, ...n.declared.map((d) => d.prefix)]);
    for (const used of [n, ...n.attributes]) {
      const { prefix, uri } = used;
      if (uri === '' || prefix === 'xml' || own.has(prefix) || missing.some((m) => m.prefix === prefix)) continue;
      missing.push({ prefix, uri: namespaceOf(top, prefix) ?? uri });
    }
    for (const c of n.children) if (c.kind === 'element') visit(c, own);
  };
  visit(top, new Set());
  return missing;
}

/** One node out of its document. */
export function nodeText(n: XmlNode): string {
  const w = new Writer(false);
  w.node(n, 0, n.kind === 'element' ? missingNamespaces(n) : []);
  return w.out;
}

/** A node and what is below it, elements on lines of their own. */
export function indentedText(n: XmlNode): string {
  const w = new Writer(true);
  w.node(n, 0, []);
  return w.out;
}
