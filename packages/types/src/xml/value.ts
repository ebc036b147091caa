/** xml values are their text. Here: XML declarations, and what input and the parsing functions accept. */
import { SqlError } from '../errors.js';
import type { TypeEnv } from '../type-impl.js';
import { problemText, type XmlProblem } from './errors.js';
import { parseXmlContent, parseXmlDocument, type ParsedXml, type XmlParseOptions } from './parse.js';

export type XmlOption = 'document' | 'content';
/** standalone: 1 yes, 0 no, -1 not said. length: characters of the text that it takes. */
export interface XmlDeclaration { readonly length: number; readonly version: string | undefined; readonly encoding: string | undefined; readonly standalone: number }

const BLANKS = '[ \\t\\r\\n]';
const part = (name: string, value: string): RegExp => new RegExp(`${BLANKS}*${name}${BLANKS}*=${BLANKS}*(?:'(${value})'|"(${value})")`, 'y');
const VERSION = part('version', `[^'"]*`);
const ENCODING = part('encoding', `[^'"]*`);
const STANDALONE = part('standalone', 'yes|no');

class MalformedDeclaration extends Error {}

/** parse_xml_decl: a text without declaration has one of length 0. @throws MalformedDeclaration */
export function readDeclaration(text: string): XmlDeclaration {
  if (!/^<\?xml(?![-.\w:\u0080-\uffff])/.test(text)) return { length: 0, version: undefined, encoding: undefined, standalone: -1 };
  let at = 5;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const m = pattern.exec(text);
    if (m === null) return undefined;
    at = pattern.lastIndex;
    return m[1] ?? m[2];
  };
  const next = (name: string): boolean => new RegExp(`^${BLANKS}*${name}`).test(text.slice(at, at + 200));
  const version = take(VERSION);
  if (version === undefined) throw new MalformedDeclaration(next('version') ? 'Malformed declaration expecting version.' : 'Malformed declaration: missing version.');
  const encoding = take(ENCODING);
  if (encoding === undefined && next('encoding')) throw new MalformedDeclaration('Missing encoding in text declaration.');
  const standalone = take(STANDALONE);
  if (standalone === undefined && next('standalone')) throw new MalformedDeclaration("standalone accepts only 'yes' or 'no'.");
  const end = /[ \t\r\n]*\?>/y;
  end.lastIndex = at;
  if (end.exec(text) === null) throw new MalformedDeclaration("Parsing XML declaration: '?>' expected.");
  return { length: end.lastIndex, version, encoding, standalone: standalone === undefined ? -1 : standalone === 'yes' ? 1 : 0 };
}

/** As readDeclaration, but a malformed one is none. */
export function declarationOf(text: string): XmlDeclaration {
  try {
    return readDeclaration(text);
  } catch (e) {
    if (!(e instanceof MalformedDeclaration)) throw e;
    return { length: 0, version: undefined, encoding: undefined, standalone: -1 };
  }
}

/** print_xml_decl: '' where the declaration would say nothing. */
export function declarationText(version: string | undefined, encoding: string | undefined, standalone: number): string {
  if ((version === undefined || version === '1.0') && encoding === undefined && standalone < 0) return '';
  const parts = [`<?xml version="${version ?? '1.0'}"`];
  if (encoding !== undefined) parts.push(`encoding="${encoding}"`);
  if (standalone >= 0) parts.push(`standalone="${standalone === 1 ? 'yes' : 'no'}"`);
  return `${parts.join(' ')}?>`;
}

/** Whether a fragment begins, after comments and instructions, with a document type declaration. */
function startsWithDoctype(text: string): boolean {
  return /^(?:[ \t\r\n]+|<!--(?:(?!--)[^])*-->|<\?(?:(?!\?>)[^])*\?>)*<!DOCTYPE/.test(text);
}

const fatal = (problems: readonly XmlProblem[]): readonly XmlProblem[] => problems.filter((p) => !p.namespace);

/** xml_parse: the tree, and whether it was read as a document. */
export function parseXmlText(text: string, option: XmlOption, options: XmlParseOptions = {}): { parsed: ParsedXml; document: boolean } {
  let document = option === 'document';
  let start = 0;
  const what = `invalid XML ${option}`;
  const code = document ? '2200M' : '2200N';
  if (!document) {
    try {
      start = readDeclaration(text).length;
    } catch (e) {
      if (!(e instanceof MalformedDeclaration)) throw e;
      throw new SqlError(code, 'invalid XML content: invalid XML declaration', { detail: e.message });
    }
    if (startsWithDoctype(text.slice(start))) document = true;
  }
  const parsed = document ? parseXmlDocument(text, options) : parseXmlContent(text.slice(start), options);
  const problems = fatal(parsed.problems);
  if (problems.length > 0) throw new SqlError(code, what, { detail: problemText(problems) });
  return { parsed, document };
}

export const xmlOption = (env: TypeEnv): XmlOption => (env.setting('xmloption')?.toLowerCase() === 'document' ? 'document' : 'content');

/** xml_in */
export function xmlInput(text: string, env: TypeEnv): string {
  parseXmlText(text, xmlOption(env));
  return text;
}

/** xml_out: without the encoding, with the declaration only where it says something. */
export function xmlOutput(text: string, encoding?: string): string {
  const d = declarationOf(text);
  const shown = declarationText(d.version, encoding, d.standalone);
  let rest = text.slice(d.length);
  if (shown === '' && d.length > 0 && rest.startsWith('\n')) rest = rest.slice(1);
  return shown + rest;
}

export function isXmlDocument(text: string, option: XmlOption): boolean {
  try {
    parseXmlText(text, option);
    return true;
  } catch (e) {
    if (e instanceof SqlError && (e.code === '2200M' || e.code === '2200N')) return false;
    throw e;
  }
}
