/** SQL/XML expressions. */
import { exprType, type Expr } from '@pglitedb/planner';
import { isXmlDocument, parseXmlText, xmlConcat, xmlElement, xmlForest, xmlPi, xmlRoot, xmlSerialize, type NamedXmlValue } from '@pglitedb/types';
import { defineHandlers, type ExprCompiler } from './compiler.js';
import type { Compiled, EvalFn, Frame } from './frame.js';

type XmlNode = Extract<Expr, { kind: 'XmlExpr' }>;

/** The expression over the values of its named arguments and of the others. */
function evaluator(n: XmlNode, c: ExprCompiler, named: readonly EvalFn[], args: readonly EvalFn[]): EvalFn {
  const { env } = c;
  const types = n.named_args.map(exprType);
  const argTypes = n.args.map(exprType);
  const namedValues = (f: Frame): NamedXmlValue[] => named.map((g, k) => ({ name: n.arg_names[k]!, value: g(f), type: types[k]! }));
  const [first, second, third] = args;
  switch (n.op) {
    case 'xmlconcat': return (f) => {
      const values = args.map((g) => g(f)).filter((v) => v !== null) as string[];
      return values.length === 0 ? null : xmlConcat(values);
    };
    case 'xmlforest': return (f) => xmlForest(namedValues(f), env);
    case 'xmlelement': return (f) => xmlElement(n.name!, namedValues(f), args.map((g, k) => [g(f), argTypes[k]!] as const), env);
    case 'xmlpi': return (f) => xmlPi(n.name!, first?.(f));
    case 'xmlparse': return (f) => {
      const data = first!(f) as string | null;
      if (data !== null && second!(f) !== null) parseXmlText(data, n.xmloption);
      return data;
    };
    case 'xmlroot': return (f) => {
      const data = first!(f) as string | null;
      return data === null ? null : xmlRoot(data, second!(f), third!(f));
    };
    case 'xmlserialize': return (f) => {
      const data = first!(f) as string | null;
      return data === null ? null : xmlSerialize(data, n.xmloption, n.indent);
    };
    default: return (f) => {
      const data = first!(f) as string | null;
      return data === null ? null : isXmlDocument(data, 'document');
    };
  }
}

defineHandlers({
  XmlExpr(n, c): Compiled {
    const count = n.named_args.length;
    return c.combine(c.compileList([...n.named_args, ...n.args]), (fns) => evaluator(n, c, fns.slice(0, count), fns.slice(count)));
  },
});
