/** Does a tsvector match a tsquery (the @@ operator), and the query's position check over a vector's lexemes. */
import { executeQuery, MAYBE, NO, YES, type Check, type Matches, type Truth } from './execute.js';
import { positionOf, weightOf, type Lexeme, type Operand, type TsQuery, type TsVector } from './value.js';

/** checkclass_str: a lexeme against an operand's weights; its positions where they are wanted. */
function checkLexeme(l: Lexeme, o: Operand, matches: Matches | undefined, into: number[]): Truth {
  if (l.positions.length === 0) return matches === undefined ? YES : MAYBE;
  if (matches === undefined && o.weight === 0) return YES;
  let any = false;
  for (const p of l.positions) {
    if (o.weight !== 0 && !(o.weight & (1 << weightOf(p)))) continue;
    if (matches === undefined) return YES;
    into.push(positionOf(p));
    any = true;
  }
  return any ? YES : NO;
}

export function vectorCheck(v: TsVector): Check {
  return (o, matches) => {
    const into: number[] = [];
    if (!o.prefix) {
      const i = v.indexOf(o.word);
      if (i < 0) return NO;
      const r = checkLexeme(v.lexemes[i]!, o, matches, into);
      if (matches !== undefined) matches.positions = into;
      return r;
    }
    let result: Truth = NO;
    for (let i = v.lowerBound(o.word); i < v.lexemes.length && v.lexemes[i]!.word.startsWith(o.word); i++) {
      const r = checkLexeme(v.lexemes[i]!, o, matches, into);
      if (r === NO) continue;
      if (matches === undefined) return r;
      if (r === MAYBE) return MAYBE;
      result = YES;
    }
    if (matches !== undefined) matches.positions = [...new Set(into)].sort((a, b) => a - b);
    return result;
  };
}

export function vectorMatches(v: TsVector, q: TsQuery): boolean {
  return q.root !== undefined && v.lexemes.length > 0 ? executeQuery(q.root, vectorCheck(v)) : q.root !== undefined && executeQuery(q.root, vectorCheck(v));
}
