/** Evaluation of XPath 1.0 over a parsed document. Node sets are arrays in document order without duplicates. */
import { makeNode, namespaceOf, rootOf, stringValue, XML_NAMESPACE, type XmlNode } from './node.js';
import type { Axis, BinaryOperator, NodeTest, Step, XPathExpr } from './xpath-parse.js';
import { callXPathFunction } from './xpath-functions.js';
import { numberText } from './xpath-number.js';

export type XPathValue = string | number | boolean | XmlNode[];

/** A well-formed expression that cannot be computed; the message is libxml2's. */
export class XPathError extends Error {}

export interface XPathContext { readonly node: XmlNode; readonly position: number; readonly size: number; readonly namespaces: ReadonlyMap<string, string> }

export const toBoolean = (v: XPathValue): boolean => (Array.isArray(v) ? v.length > 0 : typeof v === 'number' ? v !== 0 && !Number.isNaN(v) : typeof v === 'string' ? v !== '' : v);
export function toText(v: XPathValue): string {
  if (Array.isArray(v)) return v.length === 0 ? '' : stringValue(v[0]!);
  return typeof v === 'number' ? numberText(v) : String(v);
}
export function toNumber(v: XPathValue): number {
  if (typeof v === 'number') return v;
  if (typeof v === 'boolean') return v ? 1 : 0;
  const text = toText(v);
  const m = /^[ \t\r\n]*(-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)[ \t\r\n]*$/.exec(text);
  return m === null ? Number.NaN : Number(m[1]);
}
export function nodesOf(v: XPathValue): XmlNode[] {
  if (!Array.isArray(v)) throw new XPathError('Invalid type');
  return v;
}

function compareValues(op: BinaryOperator, a: string | number | boolean, b: string | number | boolean): boolean {
  if (op === '=' || op === '!=') {
    let equal: boolean;
    if (typeof a === 'boolean' || typeof b === 'boolean') equal = toBoolean(a) === toBoolean(b);
    else if (typeof a === 'number' || typeof b === 'number') equal = toNumber(a) === toNumber(b);
    else equal = a === b;
    return equal === (op === '=');
  }
  const x = toNumber(a);
  const y = toNumber(b);
  switch (op) {
    case '<': return x < y;
    case '<=': return x <= y;
    case '>': return x > y;
    default: return x >= y;
  }
}

/** Node sets are compared by existence: some node's value fulfils it. */
function compare(op: BinaryOperator, a: XPathValue, b: XPathValue): boolean {
  if (Array.isArray(a) && typeof b === 'boolean') return compareValues(op, a.length > 0, b);
  if (Array.isArray(b) && typeof a === 'boolean') return compareValues(op, a, b.length > 0);
  const as = Array.isArray(a) ? a.map(stringValue) : [a];
  const bs = Array.isArray(b) ? b.map(stringValue) : [b];
  return as.some((x) => bs.some((y) => compareValues(op, x, y)));
}

function* descendants(n: XmlNode): Iterable<XmlNode> {
  for (const c of n.children) {
    yield c;
    yield* descendants(c);
  }
}
function ancestors(n: XmlNode): XmlNode[] {
  const list: XmlNode[] = [];
  for (let p = n.parent; p !== undefined; p = p.parent) list.push(p);
  return list;
}
function siblings(n: XmlNode, after: boolean): XmlNode[] {
  if (n.parent === undefined || n.kind === 'attribute' || n.kind === 'namespace') return [];
  const all = n.parent.children;
  const k = all.indexOf(n);
  return after ? all.slice(k + 1) : all.slice(0, k).reverse();
}
function namespaces(n: XmlNode): XmlNode[] {
  if (n.kind !== 'element') return [];
  const prefixes = new Set<string>();
  for (let e: XmlNode | undefined = n; e !== undefined; e = e.parent) for (const d of e.declared) prefixes.add(d.prefix);
  const list = [...prefixes].map((p) => ({ prefix: p, uri: namespaceOf(n, p)! })).filter((d) => d.uri !== '');
  return [{ prefix: 'xml', uri: XML_NAMESPACE }, ...list].map((d, k) => makeNode('namespace', d.prefix, d.uri, n.order + (k + 1) / 1000, n));
}

/** The nodes of an axis, nearest first. */
function axisNodes(axis: Axis, n: XmlNode): XmlNode[] {
  switch (axis) {
    case 'self': return [n];
    case 'child': return n.children;
    case 'parent': return n.parent === undefined ? [] : [n.parent];
    case 'attribute': return n.attributes;
    case 'descendant': return [...descendants(n)];
    case 'descendant-or-self': return [n, ...descendants(n)];
    case 'ancestor': return ancestors(n);
    case 'ancestor-or-self': return [n, ...ancestors(n)];
    case 'following-sibling': return siblings(n, true);
    case 'preceding-sibling': return siblings(n, false);
    case 'namespace': return namespaces(n);
    case 'following': {
      const own = n.kind === 'attribute' ? [...descendants(n.parent!)] : [];
      return [...own, ...[n, ...ancestors(n)].flatMap((a) => siblings(a, true)).flatMap((s) => [s, ...descendants(s)])];
    }
    case 'preceding': return [n, ...ancestors(n)].flatMap((a) => siblings(a, false)).flatMap((s) => [s, ...descendants(s)].reverse());
  }
}

function passes(test: NodeTest, axis: Axis, n: XmlNode, cx: XPathContext): boolean {
  switch (test.test) {
    case 'any': return n.kind !== 'doctype';
    case 'text': return n.kind === 'text' || n.kind === 'cdata';
    case 'comment': return n.kind === 'comment';
    case 'pi': return n.kind === 'pi' && (test.target === undefined || test.target === n.name);
    case 'name': {
      const principal = axis === 'attribute' ? 'attribute' : axis === 'namespace' ? 'namespace' : 'element';
      if (n.kind !== principal) return false;
      if (test.prefix === undefined) return test.local === '*' || (n.local === test.local && n.uri === '');
      return (test.local === '*' || n.local === test.local) && n.uri === prefixUri(test.prefix, cx);
    }
  }
}
function prefixUri(prefix: string, cx: XPathContext): string {
  const uri = prefix === 'xml' ? XML_NAMESPACE : cx.namespaces.get(prefix);
  if (uri === undefined) throw new XPathError(`Undefined namespace prefix: ${prefix}`);
  return uri;
}

function keep(nodes: XmlNode[], predicates: readonly XPathExpr[], cx: XPathContext): XmlNode[] {
  let list = nodes;
  for (const p of predicates) {
    const size = list.length;
    list = list.filter((node, k) => {
      const v = evaluateXPath(p, { node, position: k + 1, size, namespaces: cx.namespaces });
      return typeof v === 'number' ? v === k + 1 : toBoolean(v);
    });
  }
  return list;
}

export function documentOrder(nodes: XmlNode[]): XmlNode[] {
  const seen = new Set<XmlNode>();
  const list = nodes.filter((n) => !seen.has(n) && seen.add(n));
  return list.sort((a, b) => a.order - b.order);
}

function runStep(nodes: XmlNode[], step: Step, cx: XPathContext): XmlNode[] {
  if (step.node.test === 'name' && step.node.prefix !== undefined) prefixUri(step.node.prefix, cx);
  const found: XmlNode[] = [];
  for (const n of nodes) for (const m of keep(axisNodes(step.axis, n).filter((c) => passes(step.node, step.axis, c, cx)), step.predicates, cx)) found.push(m);
  return documentOrder(found);
}

function binary(e: Extract<XPathExpr, { kind: 'binary' }>, cx: XPathContext): XPathValue {
  const left = evaluateXPath(e.left, cx);
  if (e.op === 'or') return toBoolean(left) || toBoolean(evaluateXPath(e.right, cx));
  if (e.op === 'and') return toBoolean(left) && toBoolean(evaluateXPath(e.right, cx));
  const right = evaluateXPath(e.right, cx);
  switch (e.op) {
    case '|': return documentOrder([...nodesOf(left), ...nodesOf(right)]);
    case '+': return toNumber(left) + toNumber(right);
    case '-': return toNumber(left) - toNumber(right);
    case '*': return toNumber(left) * toNumber(right);
    case 'div': return toNumber(left) / toNumber(right);
    case 'mod': return toNumber(left) % toNumber(right);
    default: return compare(e.op, left, right);
  }
}

/** @throws XPathError */
export function evaluateXPath(e: XPathExpr, cx: XPathContext): XPathValue {
  switch (e.kind) {
    case 'number': case 'string': return e.value;
    case 'variable': throw new XPathError(`Undefined variable: ${e.name}`);
    case 'negate': return -toNumber(evaluateXPath(e.arg, cx));
    case 'binary': return binary(e, cx);
    case 'call': return callXPathFunction(e.name, e.args.map((a) => evaluateXPath(a, cx)), cx);
    case 'filter': return keep(nodesOf(evaluateXPath(e.base, cx)), e.predicates, cx);
    case 'path': {
      let nodes = e.base !== undefined ? nodesOf(evaluateXPath(e.base, cx)) : [e.absolute ? rootOf(cx.node) : cx.node];
      for (const s of e.steps) nodes = runStep(nodes, s, cx);
      return nodes;
    }
  }
}
