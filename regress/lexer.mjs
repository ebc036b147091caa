/**
 * Splits a psql script into blocks: runs of lines of which only the last can be followed by output. A block ends with
 * the line that completes a statement or holds a backslash command. The lexer follows psql's: quotes, escape strings,
 * dollar quotes, nested comments, parentheses, and BEGIN ATOMIC bodies. Empty lines outside of quotes and
 * the data lines of COPY FROM STDIN belong to no block, because psql does not echo them.
 */

/** @returns {{lines: string[], statements: number}[]} */
export function splitScript(text) {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const state = newState();
  const blocks = [];
  let block = [];
  for (let i = 0; i < lines.length; i++) {
    if (lines[i] === '' && state.quote === '' && state.commentDepth === 0) continue;
    block.push(lines[i]);
    const ended = scanLine(state, lines[i]);
    if (ended.statements === 0 && !ended.command) continue;
    blocks.push({ lines: block, statements: Math.max(ended.statements, 1) });
    block = [];
    for (let copies = ended.copies; copies > 0; copies--) {
      while (i + 1 < lines.length && lines[++i] !== '\\.');
    }
  }
  if (block.length > 0) blocks.push({ lines: block, statements: 0 });
  return blocks;
}

const newState = () => ({ quote: '', commentDepth: 0, parens: 0, atomicDepth: 0, statement: '' });

/** Scans one line; counts the statements that it completes. */
function scanLine(state, line) {
  const ended = { statements: 0, command: false, copies: 0 };
  let at = 0;
  while (at < line.length) {
    if (state.quote !== '') at = skipQuoted(state, line, at);
    else if (state.commentDepth > 0) at = skipComment(state, line, at);
    else if (line.startsWith('--', at)) break;
    else at = scanPlain(state, line, at, ended);
  }
  state.statement += '\n';
  return ended;
}

function scanPlain(state, line, at, ended) {
  const char = line[at];
  const opening = /^(?:[eE]'|'|"|\$(?:[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$)/.exec(line.slice(at));
  if (opening !== null && !(opening[0].length > 1 && /\w/.test(line[at - 1] ?? ' '))) {
    state.quote = opening[0];
    state.statement += '?';
    return at + opening[0].length;
  }
  if (line.startsWith('/*', at)) {
    state.commentDepth = 1;
    return at + 2;
  }
  if (char === '\\') return scanBackslash(state, line, at, ended);
  if (char === ';') {
    if (state.parens === 0 && state.atomicDepth === 0) finish(state, ended);
    return at + 1;
  }
  const word = /^[A-Za-z_]\w*/.exec(line.slice(at));
  if (word !== null) {
    state.statement += word[0];
    trackAtomic(state, word[0].toLowerCase());
    return at + word[0].length;
  }
  if (char === '(') state.parens++;
  if (char === ')' && state.parens > 0) state.parens--;
  state.statement += char;
  return at + 1;
}

function trackAtomic(state, word) {
  if (!/^\s*create\s+(or\s+replace\s+)?(function|procedure)\b/i.test(state.statement)) return;
  if (word === 'begin' || (word === 'case' && state.atomicDepth > 0)) state.atomicDepth++;
  if (word === 'end' && state.atomicDepth > 0) state.atomicDepth--;
}

function finish(state, ended) {
  ended.statements++;
  if (/^\s*copy\b[\s\S]*\bfrom\s+stdin\b/i.test(state.statement)) ended.copies++;
  Object.assign(state, newState());
}

/** A backslash command takes the rest of the line, apart from `\;`, which only separates. */
function scanBackslash(state, line, at, ended) {
  if (line[at + 1] === ';') return at + 2;
  if (line[at + 1] === ':') return at + 2;
  ended.command = true;
  const rest = line.slice(at);
  if (/^\\copy\b.*\bfrom\s+stdin\b/i.test(rest)) ended.copies++;
  if (/^\\g(x|set|exec|desc)?\b|^\\(crosstabview|r|reset|watch)\b/.test(rest)) finish(state, ended);
  return line.length;
}

function skipQuoted(state, line, at) {
  const { quote } = state;
  const end = quote === '"' || quote[0] === '$' ? quote : "'";
  for (let i = at; i < line.length; i++) {
    if (end === "'" && quote.length > 1 && line[i] === '\\') i++;
    else if (line.startsWith(end, i)) {
      state.quote = '';
      return i + end.length;
    }
  }
  return line.length;
}

function skipComment(state, line, at) {
  for (let i = at; i < line.length; i++) {
    if (line.startsWith('/*', i)) (state.commentDepth++, i++);
    else if (line.startsWith('*/', i) && --state.commentDepth === 0) return i + 2;
    else if (line.startsWith('*/', i)) i++;
  }
  return line.length;
}
