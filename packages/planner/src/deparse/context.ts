/**
 * State of one deparse run (ruleutils' deparse_context): the text so far, indentation, and the names that range table
 * entries have. Text is appended in print order, as line breaks depend on what was printed before.
 */
import { formatType, type CatalogReader } from '@pglitedb/catalog';
import type { Oid, TypeEnv } from '@pglitedb/types';
import type { Param, SubPlan, TargetEntry, Var } from '../nodes/expr.js';
import type { Query, RangeTblEntry, WindowClause } from '../nodes/query.js';

export const INDENT = { std: 8, join: 4, var: 4, limit: 40 } as const;

/** Names of one range table entry's columns. colnames is by attnum - 1, undefined for dropped columns. */
export interface ColumnNames {
  colnames: (string | undefined)[]; newColnames: string[]; isNewCol: boolean[]; printAliases: boolean; parentUsing: string[]; usingNames: string[];
  /** joins only */ leftRti: number; rightRti: number; leftAttnos: number[]; rightAttnos: number[];
}
/** What Vars of one query level mean. */
export interface Namespace {
  rtable: readonly RangeTblEntry[]; names: (string | undefined)[]; columns: ColumnNames[]; query: Query | undefined;
  uniqueUsing: boolean; usingNames: string[]; oldAlias: string | undefined; newAlias: string | undefined;
}
export interface PrettyFlags { paren: boolean; indent: boolean; schema: boolean }

/** Replaces the meaning of Vars, Params and windows: for plans, whose Vars point at other nodes' outputs. */
export interface DeparseHooks {
  varName?(v: Var): string;
  /** `inQuery`: there are range table entries in sight, whose columns the name might be taken for. */
  param?(p: Param, inQuery: boolean): string | undefined;
  windowName?(winref: number): string | undefined;
}
export interface DeparseSettings {
  catalog: CatalogReader; env: TypeEnv; hooks?: DeparseHooks; pretty?: PrettyFlags; wrapColumn?: number; varPrefix?: boolean; indentLevel?: number;
}

export const NOT_PRETTY: PrettyFlags = { paren: false, indent: false, schema: false };

export class Deparser {
  buf = '';
  namespaces: readonly Namespace[] = [];
  readonly catalog: CatalogReader;
  readonly env: TypeEnv;
  readonly hooks: DeparseHooks;
  readonly pretty: PrettyFlags;
  readonly wrapColumn: number;
  indentLevel: number;
  varPrefix: boolean;
  windowClause: readonly WindowClause[] | undefined;
  windowTList: readonly TargetEntry[] = [];
  targetList: readonly TargetEntry[] = [];
  resultNames: readonly string[] | undefined;
  colNamesVisible = true;
  inGroupBy = false;
  varInOrderBy = false;
  /** SubPlans whose test expressions are being printed: their Params are columns of the subplan. */
  subplans: readonly SubPlan[] = [];

  constructor(readonly settings: DeparseSettings) {
    this.catalog = settings.catalog;
    this.env = settings.env;
    this.hooks = settings.hooks ?? {};
    this.pretty = settings.pretty ?? NOT_PRETTY;
    this.wrapColumn = settings.wrapColumn ?? 0;
    this.varPrefix = settings.varPrefix ?? false;
    this.indentLevel = settings.indentLevel ?? 0;
  }

  put(text: string): void { this.buf += text; }

  /** The text that `body` prints, which is not appended. */
  capture(body: () => void): string {
    const saved = this.buf;
    this.buf = '';
    body();
    const text = this.buf;
    this.buf = saved;
    return text;
  }

  trimSpaces(): void { this.buf = this.buf.replace(/ +$/, ''); }

  /** Length of the last line. */
  lineLength(): number { return this.buf.length - (this.buf.lastIndexOf('\n') + 1); }

  /** appendContextKeyword: a keyword that begins a line where indentation is on. */
  keyword(text: string, before: number, after: number, plus: number): void {
    if (!this.pretty.indent) {
      this.put(text);
      return;
    }
    this.indentLevel += before;
    this.trimSpaces();
    const level = Math.max(this.indentLevel, 0);
    const amount = this.indentLevel < INDENT.limit ? level : (INDENT.limit + Math.trunc((this.indentLevel - INDENT.limit) / (INDENT.std / 2))) % INDENT.limit;
    this.buf += `\n${' '.repeat(amount + plus)}${text}`;
    this.indentLevel = Math.max(this.indentLevel + after, 0);
  }

  /** Separated items. */
  list<E>(items: readonly E[], each: (item: E, index: number) => void, separator = ', '): void {
    items.forEach((item, i) => {
      if (i > 0) this.put(separator);
      each(item, i);
    });
  }

  /** format_type_with_typemod */
  typeName(type: Oid, typmod: number): string { return formatType(this.catalog, type, typmod); }
}
