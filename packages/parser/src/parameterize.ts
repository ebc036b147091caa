/**
 * Auto-parameterisation: one pass over a statement's text that takes the literals out, so that repeated statements
 * which differ only in literals share a parse tree and a plan. Conservative: the answer is undefined for anything but a
 * single plain SELECT, INSERT, UPDATE or DELETE whose literals stand where a parameter means the same. Literals stay in
 * the key after words that make them grammar (ORDER BY 1, type 'x', LIMIT, …) and inside type modifiers.
 */
export interface Parameterized {
  /** The text with $1, $2 … for the literals taken out. */
  readonly key: string;
  /** kind 'unknown': the text of a string literal; 'int': an integer. */
  readonly values: readonly { readonly kind: 'unknown' | 'int'; readonly text: string }[];
}

const START = /^\s*(select|insert|update|delete)\b/i;
/** Words whose presence makes a literal's place doubtful. */
const DOUBTFUL = /\b(group|order|over|interval|json\w*|xml\w*|extract|collate|partition|limit|offset|union|intersect|except|distinct|fetch)\b|[$;"\\]|--|\/\*|::/i;
/** A literal may be taken out only right after one of these. */
const BEFORE = /(?:[=<>]|\bvalues\s*\(|[(,]|\blike|\bbetween|\band)\s*$/i;
const LITERAL = /'((?:[^']|'')*)'|(?<![\w.])(\d{1,9})(?![\w.])/g;

export function parameterize(sql: string): Parameterized | undefined {
  if (!START.test(sql)) return undefined;
  const bare = sql.replace(/'(?:[^']|'')*'/g, "''");
  if (DOUBTFUL.test(bare)) return undefined;
  const values: { kind: 'unknown' | 'int'; text: string }[] = [];
  let key = '';
  let at = 0;
  LITERAL.lastIndex = 0;
  for (let m = LITERAL.exec(sql); m; m = LITERAL.exec(sql)) {
    const before = sql.slice(Math.max(0, m.index - 24), m.index);
    if (!BEFORE.test(before) || /^\s*'/.test(sql.slice(LITERAL.lastIndex, LITERAL.lastIndex + 8))) return undefined;
    values.push(m[2] === undefined ? { kind: 'unknown', text: m[1]!.replaceAll("''", "'") } : { kind: 'int', text: m[2] });
    key += `${sql.slice(at, m.index)}$${values.length}`;
    at = LITERAL.lastIndex;
  }
  return values.length === 0 ? undefined : { key: key + sql.slice(at), values };
}
