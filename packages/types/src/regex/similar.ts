/** SIMILAR TO patterns as advanced regular expressions: similar_escape and similar_to_escape. */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { invalidEscape } from '../like/matcher.js';

/** Separators that escape-double-quote puts between the three parts of SUBSTRING ... SIMILAR. */
const SEPARATORS = ['){1,1}?(', '){1,1}(?:'];

/** Where the parser stands in a bracket expression: 0 right after [, 1 after [^, 2 once an element was seen. */
class Bracket {
  depth = 0;
  private position = 0;

  open(): void {
    this.depth = 1;
    this.position = 0;
  }

  seen(): void { this.position = 2; }

  take(ch: string): void {
    if (ch === ']' && this.position > 1) this.depth--;
    else if (ch === '[') this.depth++;
    if (ch === '^' && this.position === 0) this.position = 1;
    else this.position = 2;
  }
}

export function similarToRegex(pattern: string, escape: string): string {
  if ([...escape].length > 1) throw invalidEscape();
  let out = '^(?:';
  let quotes = 0;
  let after = false;
  const bracket = new Bracket();
  for (const ch of pattern) {
    if (after) {
      after = false;
      if (ch === '"' && bracket.depth === 0) {
        const separator = SEPARATORS[quotes++];
        if (separator === undefined) {
          throw new SqlError('2200C', 'SQL regular expression may not contain more than two escape-double-quote separators');
        }
        out += separator;
      } else {
        out += `\\${ch}`;
        bracket.seen();
      }
    } else if (ch === escape) after = true;
    else if (bracket.depth > 0) {
      out += ch === '\\' ? '\\\\' : ch;
      bracket.take(ch);
    } else if (ch === '[') {
      out += ch;
      bracket.open();
    } else out += outside(ch);
  }
  return `${out})$`;
}

function outside(ch: string): string {
  switch (ch) {
    case '%': return '.*';
    case '_': return '.';
    case '(': return '(?:';
    case '\\': case '.': case '^': case '$': return `\\${ch}`;
    default: return ch;
  }
}

defineFunctions({
  similar_to_escape_1: (p: string) => similarToRegex(p, '\\'),
  similar_to_escape_2: (p: string, e: string) => similarToRegex(p, e),
  similar_escape: (p: string | null, e: string | null) => (p === null ? null : similarToRegex(p, e ?? '\\')),
});
