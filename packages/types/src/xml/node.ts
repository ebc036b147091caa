/** The tree of a parsed XML document: XPath's seven node kinds, CDATA sections and references to entities kept apart. */

export type XmlNodeKind = 'document' | 'element' | 'attribute' | 'namespace' | 'text' | 'cdata' | 'comment' | 'pi' | 'entity' | 'doctype';

export interface XmlNamespace { readonly prefix: string; readonly uri: string }

export interface XmlNode {
  readonly kind: XmlNodeKind;
  /** Qualified name of elements, attributes and references, target of processing instructions, prefix of namespaces. */
  readonly name: string;
  /** Text of everything that has no children. */
  value: string;
  prefix: string;
  local: string;
  /** Namespace's URI, '' for none. */
  uri: string;
  parent: XmlNode | undefined;
  readonly children: XmlNode[];
  readonly attributes: XmlNode[];
  /** Namespaces that the element itself declares. */
  readonly declared: XmlNamespace[];
  /** Place in document order; attributes come after their element. */
  order: number;
}

export function makeNode(kind: XmlNodeKind, name: string, value: string, order: number, parent?: XmlNode): XmlNode {
  const colon = name.indexOf(':');
  const prefixed = (kind === 'element' || kind === 'attribute') && colon > 0;
  return {
    kind, name, value, prefix: prefixed ? name.slice(0, colon) : '', local: prefixed ? name.slice(colon + 1) : name, uri: '', parent, children: [], attributes: [], declared: [], order,
  };
}

export const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';

/** URI of a prefix in the scope of an element, undefined where none is declared. */
export function namespaceOf(node: XmlNode | undefined, prefix: string): string | undefined {
  if (prefix === 'xml') return XML_NAMESPACE;
  for (let n = node; n !== undefined; n = n.parent) {
    const found = n.declared.find((d) => d.prefix === prefix);
    if (found !== undefined) return found.uri;
  }
  return undefined;
}

/** XPath's string-value. */
export function stringValue(node: XmlNode): string {
  if (node.kind !== 'element' && node.kind !== 'document') return node.value;
  let text = '';
  for (const c of node.children) if (c.kind === 'element' || c.kind === 'text' || c.kind === 'cdata' || c.kind === 'entity') text += stringValue(c);
  return text;
}

/** The outermost node. */
export function rootOf(node: XmlNode): XmlNode {
  let n = node;
  while (n.parent !== undefined) n = n.parent;
  return n;
}
