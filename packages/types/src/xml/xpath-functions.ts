/** The core function library of XPath 1.0. */
import { rootOf, stringValue, type XmlNode } from './node.js';
import { documentOrder, nodesOf, toBoolean, toNumber, toText, XPathError, type XPathContext, type XPathValue } from './xpath-eval.js';

type Fn = (cx: XPathContext, args: XPathValue[]) => XPathValue;
interface Entry { readonly min: number; readonly max: number; readonly fn: Fn }

const optionalNode = (cx: XPathContext, args: XPathValue[]): XmlNode | undefined => (args.length === 0 ? cx.node : nodesOf(args[0]!)[0]);
const qualifiedName = (n: XmlNode | undefined): string => (n === undefined || n.kind === 'text' || n.kind === 'comment' || n.kind === 'cdata' || n.kind === 'document' ? '' : n.name);
const optionalText = (cx: XPathContext, args: XPathValue[]): string => (args.length === 0 ? stringValue(cx.node) : toText(args[0]!));

function xpathRound(v: number): number { return Number.isFinite(v) ? Math.floor(v + 0.5) : v; }

function substring(text: string, from: number, length: number): string {
  const first = xpathRound(from);
  const last = first + xpathRound(length);
  return [...text].filter((_, k) => k + 1 >= first && k + 1 < last).join('');
}

function translate(text: string, from: string, to: string): string {
  const target = [...to];
  const map = new Map<string, string>();
  [...from].forEach((c, k) => { if (!map.has(c)) map.set(c, target[k] ?? ''); });
  return [...text].map((c) => map.get(c) ?? c).join('');
}

function byId(cx: XPathContext, value: XPathValue): XmlNode[] {
  const ids = new Set((Array.isArray(value) ? value.map(stringValue) : [toText(value)]).flatMap((t) => t.split(/[ \t\r\n]+/)));
  const found: XmlNode[] = [];
  const visit = (n: XmlNode): void => {
    if (n.attributes.some((a) => a.name === 'xml:id' && ids.has(a.value))) found.push(n);
    n.children.forEach(visit);
  };
  visit(rootOf(cx.node));
  return documentOrder(found);
}

function lang(cx: XPathContext, wanted: string): boolean {
  for (let n: XmlNode | undefined = cx.node; n !== undefined; n = n.parent) {
    const own = n.attributes.find((a) => a.name === 'xml:lang')?.value.toLowerCase();
    if (own !== undefined) return own === wanted.toLowerCase() || own.startsWith(`${wanted.toLowerCase()}-`);
  }
  return false;
}

const FUNCTIONS: Readonly<Record<string, Entry>> = {
  last: { min: 0, max: 0, fn: (cx) => cx.size },
  position: { min: 0, max: 0, fn: (cx) => cx.position },
  count: { min: 1, max: 1, fn: (_, [a]) => nodesOf(a!).length },
  id: { min: 1, max: 1, fn: (cx, [a]) => byId(cx, a!) },
  'local-name': { min: 0, max: 1, fn: (cx, args) => {
    const n = optionalNode(cx, args);
    return qualifiedName(n) === '' ? '' : n!.local;
  } },
  'namespace-uri': { min: 0, max: 1, fn: (cx, args) => {
    const n = optionalNode(cx, args);
    return n?.kind === 'element' || n?.kind === 'attribute' ? n.uri : '';
  } },
  name: { min: 0, max: 1, fn: (cx, args) => qualifiedName(optionalNode(cx, args)) },
  string: { min: 0, max: 1, fn: optionalText },
  concat: { min: 2, max: Infinity, fn: (_, args) => args.map(toText).join('') },
  'starts-with': { min: 2, max: 2, fn: (_, [a, b]) => toText(a!).startsWith(toText(b!)) },
  contains: { min: 2, max: 2, fn: (_, [a, b]) => toText(a!).includes(toText(b!)) },
  'substring-before': { min: 2, max: 2, fn: (_, [a, b]) => {
    const text = toText(a!);
    return text.slice(0, Math.max(text.indexOf(toText(b!)), 0));
  } },
  'substring-after': { min: 2, max: 2, fn: (_, [a, b]) => {
    const text = toText(a!);
    const part = toText(b!);
    const k = text.indexOf(part);
    return k < 0 ? '' : text.slice(k + part.length);
  } },
  substring: { min: 2, max: 3, fn: (_, [a, b, c]) => substring(toText(a!), toNumber(b!), c === undefined ? Infinity : toNumber(c)) },
  'string-length': { min: 0, max: 1, fn: (cx, args) => [...optionalText(cx, args)].length },
  'normalize-space': { min: 0, max: 1, fn: (cx, args) => optionalText(cx, args).replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '') },
  translate: { min: 3, max: 3, fn: (_, [a, b, c]) => translate(toText(a!), toText(b!), toText(c!)) },
  boolean: { min: 1, max: 1, fn: (_, [a]) => toBoolean(a!) },
  not: { min: 1, max: 1, fn: (_, [a]) => !toBoolean(a!) },
  true: { min: 0, max: 0, fn: () => true },
  false: { min: 0, max: 0, fn: () => false },
  lang: { min: 1, max: 1, fn: (cx, [a]) => lang(cx, toText(a!)) },
  number: { min: 0, max: 1, fn: (cx, args) => toNumber(args.length === 0 ? stringValue(cx.node) : args[0]!) },
  sum: { min: 1, max: 1, fn: (_, [a]) => nodesOf(a!).reduce((s, n) => s + toNumber(stringValue(n)), 0) },
  floor: { min: 1, max: 1, fn: (_, [a]) => Math.floor(toNumber(a!)) },
  ceiling: { min: 1, max: 1, fn: (_, [a]) => Math.ceil(toNumber(a!)) },
  round: { min: 1, max: 1, fn: (_, [a]) => xpathRound(toNumber(a!)) },
};

export function callXPathFunction(name: string, args: XPathValue[], cx: XPathContext): XPathValue {
  const f = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (f === undefined) throw new XPathError(`Unregistered function: ${name}`);
  if (args.length < f.min || args.length > f.max) throw new XPathError('Invalid number of arguments');
  return f.fn(cx, args);
}
