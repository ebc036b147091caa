/** The document type declaration: its name and the entities its internal subset declares. */
import type { XmlParser } from './parse.js';

const BLANK = '[ \\t\\r\\n]';
const LITERAL = `(?:"[^"]*"|'[^']*')`;
const EXTERNAL = new RegExp(`(?:SYSTEM${BLANK}+${LITERAL}|PUBLIC${BLANK}+${LITERAL}${BLANK}+${LITERAL})`, 'y');
const ENTITY = new RegExp(`<!ENTITY${BLANK}+(%${BLANK}+)?([^\\s<>%&;"']+)${BLANK}+(?:("[^"]*"|'[^']*')|(?:SYSTEM|PUBLIC)${BLANK}[^>]*)${BLANK}*>`, 'y');
const OTHER = new RegExp(`<!(?:ELEMENT|ATTLIST|NOTATION)${BLANK}(?:[^"'<>]|"[^"]*"|'[^']*')*>`, 'y');
const PARAMETER = /%[^\s;<>]+;/y;

export class DoctypeReader {
  /** Entities may be declared where they are not read. */
  external = false;
  constructor(private readonly p: XmlParser, private readonly entities: Map<string, string>) {}

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.p.at;
    const m = pattern.exec(this.p.text);
    if (m !== null) this.p.at = pattern.lastIndex;
    return m;
  }

  read(): void {
    const { p } = this;
    const start = p.at;
    p.at += '<!DOCTYPE'.length;
    p.skipBlanks();
    const name = p.name();
    if (name === '') return p.fail('xmlParseDocTypeDecl : no DOCTYPE name !');
    p.skipBlanks();
    this.external = this.match(EXTERNAL) !== null;
    p.skipBlanks();
    if (p.peek() === '[') {
      p.at++;
      if (!this.subset()) return;
      p.skipBlanks();
    }
    if (p.peek() !== '>') return p.fail('DOCTYPE improperly terminated');
    p.at++;
    p.add(p.document, 'doctype', name, p.text.slice(start, p.at));
  }

  private subset(): boolean {
    const { p } = this;
    for (;;) {
      p.skipBlanks();
      if (p.peek() === ']') {
        p.at++;
        return true;
      }
      const before = p.problems.length;
      const e = this.match(ENTITY);
      if (e !== null) {
        if (e[1] === undefined && !this.entities.has(e[2]!)) this.entities.set(e[2]!, e[3] === undefined ? '' : e[3].slice(1, -1));
      } else if (p.looking('<!--')) this.skipNode(() => p.comment(p.document));
      else if (p.looking('<?')) this.skipNode(() => p.instruction(p.document));
      else if (this.match(PARAMETER) !== null) this.external = true;
      else if (this.match(OTHER) === null) {
        p.fail('internal error: xmlParseInternalSubset: error detected in Markup declaration');
        return false;
      }
      if (p.problems.length > before) return false;
    }
  }

  /** Comments and instructions of the subset are no nodes of the document. */
  private skipNode(parse: () => void): void {
    const { children } = this.p.document;
    const n = children.length;
    parse();
    children.length = n;
  }
}
