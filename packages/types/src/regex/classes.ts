/** Character classes as bodies of JavaScript class expressions, for Unicode locales and for C. */
const UNICODE: Readonly<Record<string, string>> = {
  alpha: '\\p{Alphabetic}', digit: '0-9', alnum: '\\p{Alphabetic}0-9', upper: '\\p{Uppercase}', lower: '\\p{Lowercase}',
  space: '\\s\\x85', blank: '\\p{Zs}\\t', punct: '\\p{P}\\p{S}', cntrl: '\\p{Cc}', xdigit: '0-9A-Fa-f', ascii: '\\x00-\\x7f',
  graph: '\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Cf}\\p{Co}', print: '\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Zs}\\p{Cf}\\p{Co}',
  word: '\\p{Alphabetic}0-9_\\p{M}\\p{Pc}',
};

const ASCII: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z', digit: '0-9', alnum: 'A-Za-z0-9', upper: 'A-Z', lower: 'a-z', space: ' \\t\\n\\v\\f\\r', blank: ' \\t',
  punct: '!-\\/:-@\\[-`\\{-~', cntrl: '\\x00-\\x1f\\x7f', xdigit: '0-9A-Fa-f', ascii: '\\x00-\\x7f', graph: '!-~', print: ' -~',
  word: 'A-Za-z0-9_',
};

export type ClassTable = Readonly<Record<string, string>>;
export const classTable = (ctype: 'c' | 'unicode'): ClassTable => (ctype === 'c' ? ASCII : UNICODE);

/** Names of single characters inside [. .], the common part of POSIX's list. */
export const CHARACTER_NAMES: Readonly<Record<string, string>> = {
  NUL: '\0', tab: '\t', newline: '\n', 'vertical-tab': '\v', 'form-feed': '\f', 'carriage-return': '\r', space: ' ',
  'exclamation-mark': '!', 'quotation-mark': '"', 'number-sign': '#', 'dollar-sign': '$', 'percent-sign': '%', ampersand: '&',
  apostrophe: "'", 'left-parenthesis': '(', 'right-parenthesis': ')', asterisk: '*', 'plus-sign': '+', comma: ',', hyphen: '-',
  'hyphen-minus': '-', period: '.', 'full-stop': '.', slash: '/', solidus: '/', zero: '0', one: '1', two: '2', three: '3',
  four: '4', five: '5', six: '6', seven: '7', eight: '8', nine: '9', colon: ':', semicolon: ';', 'less-than-sign': '<',
  'equals-sign': '=', 'greater-than-sign': '>', 'question-mark': '?', 'commercial-at': '@', 'left-square-bracket': '[',
  backslash: '\\', 'reverse-solidus': '\\', 'right-square-bracket': ']', circumflex: '^', 'circumflex-accent': '^',
  underscore: '_', 'low-line': '_', 'grave-accent': '`', 'left-brace': '{', 'left-curly-bracket': '{', 'vertical-line': '|',
  'right-brace': '}', 'right-curly-bracket': '}', tilde: '~', DEL: '\x7f',
};

/** A character as JavaScript source, safe in and out of classes under the u flag. */
export function escapeChar(ch: string): string {
  const code = ch.codePointAt(0)!;
  if ((code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)) return ch;
  return `\\u{${code.toString(16)}}`;
}
