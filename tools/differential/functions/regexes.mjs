/** Random regular expressions over a small alphabet, with groups, greed of both kinds, back references and lookaround. */
const quote = (text) => `'${text.replaceAll("'", "''")}'`;

function atom(r, depth, state) {
  const n = r.below(depth > 0 ? 14 : 9);
  if (n < 5) return r.pick(['a', 'b', 'c', 'x', '.']);
  if (n === 5) return r.pick(['[ab]', '[^a]', '\\w', '\\d', '[[:alpha:]]', '\\s', '[a-c]']);
  if (n === 6) return r.pick(['^', '$', '\\m', '\\M', '\\y', '\\A', '\\Z']);
  if (n === 7 && state.closed > 0) return `\\${r.range(1, state.closed)}`;
  if (n === 8) return r.pick(['é', 'A', '1', ' ']);
  if (n === 9) return `(?:${alternatives(r, depth - 1, state)})`;
  if (n === 10) return `(?${r.pick(['=', '!', '<=', '<!'])}${alternatives(r, depth - 1, { closed: 0, look: true })})`;
  if (state.look) return `(?:${alternatives(r, depth - 1, state)})`;
  const inner = alternatives(r, depth - 1, state);
  state.closed++;
  return `(${inner})`;
}
function piece(r, depth, state) {
  const a = atom(r, depth, state);
  if (/^(\^|\$|\\[mMyAZ]|\(\?[=!<])/.test(a) || r.chance(0.5)) return a;
  return a + r.pick(['*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}', '{0,2}?', '{2,}', '{1,1}', '{1,1}?', '{0}']);
}
const branch = (r, depth, state) => Array.from({ length: r.range(1, 3) }, () => piece(r, depth, state)).join('');
const alternatives = (r, depth, state) => Array.from({ length: r.chance(0.3) ? 2 : 1 }, () => branch(r, depth, state)).join('|');

export function randomRegex(r) {
  const pattern = quote(alternatives(r, 3, { closed: 0, look: false }));
  const text = quote(Array.from({ length: r.below(9) }, () => r.pick(['a', 'a', 'b', 'c', 'x', 'A', '1', ' ', 'é', '\n'])).join(''));
  const options = quote(r.pick(['', 'i', 'n', 'g', 'gi']));
  switch (r.below(5)) {
    case 0: return `SELECT (${text} ~ ${pattern})::text`;
    case 1: return `SELECT regexp_matches(${text}, ${pattern}, ${options})::text LIMIT 20`;
    case 2: return `SELECT regexp_replace(${text}, ${pattern}, '[\\&|\\1|\\2]', ${options})`;
    case 3: return `SELECT regexp_split_to_array(${text}, ${pattern})::text`;
    default: return `SELECT regexp_match(${text}, ${pattern})::text || ' ' || regexp_count(${text}, ${pattern}) || ' ' || regexp_instr(${text}, ${pattern})`;
  }
}
