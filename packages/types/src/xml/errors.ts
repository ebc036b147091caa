/** What an XML parser found wrong, told as libxml2 does: line, message, the line's text and a mark below the place. */

export interface XmlProblem { readonly line: number; readonly message: string; readonly context: string; readonly column: number; readonly namespace: boolean; readonly warning: boolean }

const CONTEXT_WIDTH = 80;

const isBreak = (c: string | undefined): boolean => c === '\n' || c === '\r';

/** The line around an offset: at most 80 characters before it and 80 in all. */
function contextOf(text: string, at: number): { context: string; column: number } {
  let end = at;
  while (end > 0 && isBreak(text[end])) end--;
  let start = end;
  while (start > 0 && end - start < CONTEXT_WIDTH && !isBreak(text[start - 1])) start--;
  if (isBreak(text[start]) && start < end) start++;
  let stop = start;
  while (stop < text.length && stop - start < CONTEXT_WIDTH && !isBreak(text[stop])) stop++;
  return { context: text.slice(start, stop), column: Math.min(at, stop) - start };
}

export function makeProblem(text: string, at: number, message: string, namespace = false, warning = false): XmlProblem {
  let line = 1;
  for (let k = text.indexOf('\n'); k >= 0 && k < at; k = text.indexOf('\n', k + 1)) line++;
  return { line, message, ...contextOf(text, at), namespace, warning };
}

/** All of them as the DETAIL of an error. */
export function problemText(problems: readonly XmlProblem[]): string {
  return problems.map((p) => `line ${p.line}: ${p.message}\n${p.context}\n${p.context.slice(0, p.column).replace(/[^\t]/g, ' ').padEnd(p.column)}^`).join('\n');
}
