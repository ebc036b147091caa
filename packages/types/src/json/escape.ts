/** escape_json: a string as a JSON literal. */
// eslint-disable-next-line no-control-regex
const special = /["\\\x00-\x1f]/g;
const short: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

export function quoteJson(text: string): string {
  special.lastIndex = 0;
  if (!special.test(text)) return `"${text}"`;
  return `"${text.replace(special, (c) => short[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;
}
