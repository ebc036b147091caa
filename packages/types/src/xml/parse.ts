/**
 * A strict XML 1.0 parser (with namespaces) whose complaints are those of libxml2. It goes on after errors that libxml2
 * survives, so that the list of them is the same. Documents and content fragments; internal subsets are read for the
 * entities they declare, nothing outside the text is ever fetched.
 */
import { makeProblem, type XmlProblem } from './errors.js';
import { makeNode, namespaceOf, XML_NAMESPACE, type XmlNode } from './node.js';
import { DoctypeReader } from './doctype.js';

const NAME = /[:A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\u{10000}-\u{effff}][-.0-9:A-Z_a-z\u00b7\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u037d\u037f-\u1fff\u200c\u200d\u203f\u2040\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\u{10000}-\u{effff}]*/uy;
// eslint-disable-next-line no-control-regex
const INVALID = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const PREDEFINED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const DEPTH_MAX = 256;

export interface ParsedXml { readonly document: XmlNode; readonly problems: readonly XmlProblem[] }
export interface XmlParseOptions {
  /** Text between elements that is white space alone is dropped. */
  readonly stripBlanks?: boolean;
}

interface RawAttribute { readonly name: string; readonly value: string }

class Parser {
  at = 0;
  readonly problems: XmlProblem[] = [];
  readonly document = makeNode('document', '', '', 0);
  private order = 1;
  private readonly entities = new Map<string, string>();
  private stopped = false;
  private external = false;

  constructor(readonly text: string, private readonly options: XmlParseOptions) {}

  fail(message: string, at = this.at): void { this.problems.push(makeProblem(this.text, at, message)); }
  private get wellFormed(): boolean { return this.problems.every((p) => p.namespace); }
  looking(s: string): boolean { return this.text.startsWith(s, this.at); }
  peek(): string { return this.text[this.at] ?? ''; }
  skipBlanks(): boolean {
    const start = this.at;
    while (/[ \t\r\n]/.test(this.peek())) this.at++;
    return this.at > start;
  }
  name(): string {
    NAME.lastIndex = this.at;
    const m = NAME.exec(this.text);
    if (m === null) return '';
    this.at = NAME.lastIndex;
    return m[0];
  }
  add(parent: XmlNode, kind: XmlNode['kind'], name: string, value: string): XmlNode {
    const n = makeNode(kind, name, value, this.order++, parent);
    parent.children.push(n);
    return n;
  }

  parseDocument(): void {
    if (this.text === '') return this.fail('Document is empty');
    if (/^<\?xml[ \t\r\n]/.test(this.text)) this.declaration();
    if (!this.wellFormed) return;
    this.misc();
    if (this.looking('<!DOCTYPE')) {
      const doctype = new DoctypeReader(this, this.entities);
      doctype.read();
      this.external = doctype.external;
      if (!this.wellFormed) return;
      this.misc();
    }
    if (this.peek() !== '<') return this.fail("Start tag expected, '<' not found");
    this.element(this.document);
    this.misc();
    if (this.at < this.text.length && this.wellFormed) this.fail('Extra content at the end of the document');
  }

  parseContent(): void {
    this.content(this.document);
    if (this.at < this.text.length && this.wellFormed) this.fail('chunk is not well balanced');
  }

  /** Comments, processing instructions and white space outside of the root. */
  private misc(): void {
    for (;;) {
      this.skipBlanks();
      if (this.looking('<?')) this.instruction(this.document);
      else if (this.looking('<!--')) this.comment(this.document);
      else return;
    }
  }

  private declaration(): void {
    const m = /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.\d+"|'1\.\d+')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"[A-Za-z][-A-Za-z0-9._]*"|'[A-Za-z][-A-Za-z0-9._]*'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:(["'])(yes|no)?|))?/.exec(this.text)!;
    if (m === null) {
      this.at = 6;
      return this.fail('Malformed declaration expecting version');
    }
    this.at = m[0].length;
    if (m[1] !== undefined) {
      if (m[2] === undefined) {
        this.fail("standalone accepts only 'yes' or 'no'");
        this.fail('String not closed expecting " or \'');
      } else if (this.peek() === m[1]) this.at++;
    }
    this.skipBlanks();
    if (this.looking('?>')) this.at += 2;
    else this.fail("parsing XML declaration: '?>' expected");
  }

  private content(parent: XmlNode): void {
    while (this.at < this.text.length && !this.stopped) {
      if (this.peek() === '&') this.reference(parent);
      else if (this.peek() !== '<') this.characters(parent);
      else if (this.looking('</')) return;
      else if (this.looking('<?')) this.instruction(parent);
      else if (this.looking('<!--')) this.comment(parent);
      else if (this.looking('<![CDATA[')) this.cdata(parent);
      else this.element(parent);
    }
  }

  private addText(parent: XmlNode, value: string): void {
    const last = parent.children.at(-1);
    if (last?.kind === 'text') last.value += value;
    else this.add(parent, 'text', '', value);
  }

  private characters(parent: XmlNode): void {
    const start = this.at;
    let end = start;
    while (end < this.text.length && this.text[end] !== '<' && this.text[end] !== '&') end++;
    const run = this.text.slice(start, end);
    if (run.includes(']]>')) this.fail("Sequence ']]>' not allowed in content");
    const bad = INVALID.exec(run);
    if (bad !== null) this.fail(`PCDATA invalid Char value ${bad[0].charCodeAt(0)}`, start + bad.index);
    this.at = end;
    if (this.options.stripBlanks === true && !/[^ \t\r\n]/.test(run) && this.ignorable(parent)) return;
    this.addText(parent, run.replace(/\r\n?/g, '\n'));
  }

  /** Blanks between elements are dropped where their element has no other text (areBlanks). */
  private ignorable(parent: XmlNode): boolean {
    if (this.peek() !== '<') return false;
    if (parent.children.length === 0 && this.looking('</')) return false;
    const last = parent.children.at(-1);
    if (last?.kind === 'text' || last?.kind === 'cdata' || last?.kind === 'entity') return false;
    return parent.children[0]?.kind !== 'text';
  }

  private cdata(parent: XmlNode): void {
    const end = this.text.indexOf(']]>', this.at);
    if (end < 0) {
      this.at = this.text.length;
      return this.fail('CData section not finished');
    }
    this.add(parent, 'cdata', '', this.text.slice(this.at + 9, end));
    this.at = end + 3;
  }

  comment(parent: XmlNode): void {
    const start = this.at + 4;
    const hyphens = this.text.indexOf('--', start);
    if (hyphens < 0) {
      this.at = this.text.length;
      return this.fail('Comment not terminated');
    }
    if (this.text[hyphens + 2] !== '>') this.fail(`Double hyphen within comment: <!--${this.text.slice(start, hyphens)}`, hyphens);
    const end = this.text.indexOf('-->', start);
    if (end < 0) {
      this.at = this.text.length;
      return this.fail('Comment not terminated');
    }
    this.add(parent, 'comment', '', this.text.slice(start, end));
    this.at = end + 3;
  }

  instruction(parent: XmlNode): void {
    this.at += 2;
    const target = this.name();
    if (target === '') return this.fail('xmlParsePI : no target name');
    if (target === 'xml') this.fail('XML declaration allowed only at the start of the document');
    else if (/^xml$/i.test(target)) this.fail('xmlParsePITarget: invalid name prefix \'xml\'');
    if (this.looking('?>')) {
      this.at += 2;
      this.add(parent, 'pi', target, '');
      return;
    }
    if (!this.skipBlanks()) this.fail('ParsePI: PI a space expected'.replace('PI a', `PI ${target}`));
    const end = this.text.indexOf('?>', this.at);
    if (end < 0) {
      this.at = this.text.length;
      return this.fail(`ParsePI: PI ${target} never end ...`);
    }
    this.add(parent, 'pi', target, this.text.slice(this.at, end));
    this.at = end + 2;
  }

  /** &#…; — undefined where it is wrong. */
  private characterReference(): string | undefined {
    const hex = this.looking('&#x');
    this.at += hex ? 3 : 2;
    const digits = (hex ? /[0-9a-fA-F]*/y : /[0-9]*/y);
    digits.lastIndex = this.at;
    const m = digits.exec(this.text)![0];
    this.at += m.length;
    const closed = this.peek() === ';';
    if (closed && m !== '') this.at++;
    else this.fail(`CharRef: invalid ${hex ? 'hexadecimal' : 'decimal'} value`);
    const code = closed && m !== '' ? Number.parseInt(m, hex ? 16 : 10) : 0;
    const valid = code === 9 || code === 10 || code === 13 || (code >= 32 && code < 0xd800) || (code >= 0xe000 && code < 0xfffe) || (code >= 0x10000 && code <= 0x10ffff);
    if (valid) return String.fromCodePoint(code);
    if (code > 0x10ffff) this.fail('xmlParseCharRef: character reference out of bounds');
    else this.fail(`xmlParseCharRef: invalid xmlChar value ${code}`);
    return undefined;
  }

  /** &name; — the name, '' where it is wrong. */
  private entityName(): string {
    this.at++;
    const name = this.name();
    if (name === '') this.fail('xmlParseEntityRef: no name');
    else if (this.peek() !== ';') this.fail("EntityRef: expecting ';'");
    else {
      this.at++;
      if (PREDEFINED[name] === undefined && !this.entities.has(name) && !this.external) this.fail(`Entity '${name}' not defined`);
      else return name;
    }
    return '';
  }

  private reference(parent: XmlNode): void {
    if (this.looking('&#')) {
      const c = this.characterReference();
      if (c !== undefined) this.addText(parent, c);
      return;
    }
    const name = this.entityName();
    if (name === '') return;
    if (PREDEFINED[name] !== undefined) this.addText(parent, PREDEFINED[name]);
    else this.add(parent, 'entity', name, (this.entities.get(name) ?? '').replace(/<[^>]*>/g, ''));
  }

  private attributeValue(): string | undefined {
    const quote = this.peek();
    if (quote !== '"' && quote !== "'") {
      this.fail('AttValue: " or \' expected');
      return undefined;
    }
    this.at++;
    let value = '';
    for (;;) {
      const c = this.peek();
      if (c === '') {
        this.fail("AttValue: ' expected");
        return undefined;
      }
      if (c === quote) break;
      if (c === '&' && this.looking('&#')) {
        const r = this.characterReference();
        if (r === undefined) return undefined;
        value += r;
      } else if (c === '&') {
        const name = this.entityName();
        value += PREDEFINED[name] ?? this.entities.get(name) ?? '';
      } else {
        if (c === '<') this.fail("Unescaped '<' not allowed in attributes values");
        else if (INVALID.test(c)) this.fail('invalid character in attribute value');
        value += /[\t\r\n]/.test(c) ? ' ' : c;
        this.at += c === '\r' && this.text[this.at + 1] === '\n' ? 2 : 1;
      }
    }
    this.at++;
    return value;
  }

  /** undefined: nothing more can be read of this tag. */
  private attribute(): RawAttribute | undefined {
    const name = this.name();
    if (name === '') {
      this.fail('error parsing attribute name');
      return undefined;
    }
    this.skipBlanks();
    if (this.peek() !== '=') {
      this.fail(`Specification mandates value for attribute ${name}`);
      return { name, value: '' };
    }
    this.at++;
    this.skipBlanks();
    const value = this.attributeValue();
    if (value !== undefined) return { name, value };
    this.fail('attributes construct error');
    return undefined;
  }

  private attributes(): RawAttribute[] {
    const list: RawAttribute[] = [];
    this.skipBlanks();
    while (this.at < this.text.length && this.peek() !== '>' && !this.looking('/>')) {
      const before = this.problems.length;
      const a = this.attribute();
      if (a === undefined) break;
      if (!list.some((x) => x.name === a.name)) list.push(a);
      else this.fail(`Attribute ${a.name} redefined`);
      if (this.peek() === '>' || this.looking('/>')) break;
      if (!this.skipBlanks() && this.problems.length === before) {
        this.fail('attributes construct error');
        break;
      }
    }
    return list;
  }

  private element(parent: XmlNode): void {
    let depth = 0;
    for (let n: XmlNode | undefined = parent; n !== undefined; n = n.parent) depth++;
    if (depth > DEPTH_MAX) {
      this.stopped = true;
      return this.fail(`Excessive depth in document: ${DEPTH_MAX} use XML_PARSE_HUGE option`);
    }
    const start = this.at;
    this.at++;
    const name = this.name();
    if (name === '') {
      this.stopped = true;
      return this.fail('StartTag: invalid element name');
    }
    const line = makeProblem(this.text, start, '').line;
    const e = this.add(parent, 'element', name, '');
    this.resolve(e, this.attributes());
    if (this.looking('/>')) {
      this.at += 2;
      return;
    }
    if (this.peek() !== '>') {
      this.stopped = true;
      return this.fail(`Couldn't find end of Start Tag ${name} line ${line}`);
    }
    this.at++;
    this.content(e);
    if (this.stopped) return;
    if (this.at >= this.text.length) {
      if (this.wellFormed) this.fail(`Premature end of data in tag ${name} line ${line}`);
      return;
    }
    this.endTag(name, line);
  }

  private endTag(name: string, line: number): void {
    this.at += 2;
    const found = this.name();
    this.skipBlanks();
    if (this.peek() === '>') this.at++;
    else this.fail("expected '>'");
    if (found !== name) this.fail(`Opening and ending tag mismatch: ${name} line ${line} and ${found === '' ? 'unparsable' : found}`);
  }

  private resolve(e: XmlNode, list: readonly RawAttribute[]): void {
    for (const { name, value } of list) {
      if (name !== 'xmlns' && !name.startsWith('xmlns:')) continue;
      const prefix = name === 'xmlns' ? '' : name.slice(6);
      if (/[<>"{}|\\^`\s]/.test(value)) this.namespaceProblem(`${name}: '${value}' is not a valid URI`);
      else if (value !== '' && !/^[A-Za-z][-+.A-Za-z0-9]*:/.test(value)) this.namespaceProblem(`${name}: URI ${value} is not absolute`, true);
      if (prefix !== '' && value === '') this.namespaceProblem(`xmlns:${prefix}: Empty XML namespace is not allowed`);
      e.declared.push({ prefix, uri: value });
    }
    this.assign(e, e, e.prefix === '' ? '' : undefined);
    for (const { name, value } of list) {
      if (name === 'xmlns' || name.startsWith('xmlns:')) continue;
      const a = makeNode('attribute', name, value, this.order++, e);
      if (a.prefix !== '') this.assign(a, e, undefined);
      e.attributes.push(a);
    }
  }

  private assign(n: XmlNode, scope: XmlNode, fallback: string | undefined): void {
    const uri = n.prefix === 'xml' ? XML_NAMESPACE : namespaceOf(scope, n.prefix) ?? fallback;
    if (uri !== undefined) n.uri = uri;
    else this.namespaceProblem(n.kind === 'attribute' ? `Namespace prefix ${n.prefix} for ${n.local} on ${scope.local} is not defined` : `Namespace prefix ${n.prefix} on ${n.local} is not defined`);
  }

  private namespaceProblem(message: string, warning = false): void { this.problems.push(makeProblem(this.text, this.at, message, true, warning)); }
}

export type { Parser as XmlParser };

export function parseXmlDocument(text: string, options: XmlParseOptions = {}): ParsedXml {
  const p = new Parser(text, options);
  p.parseDocument();
  return p;
}

/** A fragment: elements, text and the rest in any order. */
export function parseXmlContent(text: string, options: XmlParseOptions = {}): ParsedXml {
  const p = new Parser(text, options);
  p.parseContent();
  return p;
}
