/** The compiled form of a PL/pgSQL function: its variables ("datums") and statements. */
import type { Oid } from '@pglitedb/types';
import type { PlExpr } from './expression.js';

/** A variable's type; rec: composite values, of any shape where oid is RECORD's. */
export interface PlType { readonly oid: Oid; readonly typmod: number; readonly collation: Oid; readonly kind: 'scalar' | 'rec'; readonly name: string }

interface Variable { readonly dno: number; readonly name: string; readonly line: number; isConst: boolean; notNull: boolean; defaultExpr: PlExpr | undefined; type: PlType }
/** promise: TG_OP and its like, known where a trigger runs. cursor: a bound cursor's query. */
export interface VarDatum extends Variable { readonly dtype: 'var'; promise?: string; cursor?: BoundCursor }
export interface RecDatum extends Variable { readonly dtype: 'rec' }
export interface RowDatum { readonly dtype: 'row'; readonly dno: number; readonly name: string; readonly line: number; readonly fields: readonly { readonly name: string; readonly dno: number }[] }
export interface RecField { readonly dtype: 'recfield'; readonly dno: number; readonly recno: number; readonly field: string }
export type PlDatum = VarDatum | RecDatum | RowDatum | RecField;

export interface BoundCursor { query: PlExpr; argRow: number; scroll: ScrollOption }
export type ScrollOption = 'default' | 'scroll' | 'no_scroll';

export interface ExceptionHandler { readonly line: number; readonly conditions: readonly { readonly name: string; readonly codes: readonly string[] }[]; readonly body: readonly Stmt[] }
export interface Exceptions { readonly handlers: readonly ExceptionHandler[]; readonly sqlstate: number; readonly sqlerrm: number }

interface At { readonly line: number }
interface Loop extends At { readonly label: string | undefined; readonly body: readonly Stmt[] }
export interface Block extends At { readonly kind: 'block'; readonly label: string | undefined; readonly init: readonly number[]; readonly body: readonly Stmt[]; readonly exceptions: Exceptions | undefined }
export interface Assign extends At { readonly kind: 'assign'; readonly target: number; readonly expr: PlExpr }
export interface Perform extends At { readonly kind: 'perform'; readonly expr: PlExpr }
export interface Call extends At { readonly kind: 'call'; readonly expr: PlExpr; readonly isCall: boolean; targetRow?: number | undefined }
export interface If extends At { readonly kind: 'if'; readonly arms: readonly { readonly cond: PlExpr; readonly body: readonly Stmt[] }[]; readonly otherwise: readonly Stmt[] }
export interface Case extends At { readonly kind: 'case'; readonly test: PlExpr | undefined; readonly variable: number; readonly arms: readonly { readonly line: number; readonly cond: PlExpr; readonly body: readonly Stmt[] }[]; readonly otherwise: readonly Stmt[] | undefined }
export interface PlainLoop extends Loop { readonly kind: 'loop' }
export interface While extends Loop { readonly kind: 'while'; readonly cond: PlExpr }
export interface ForInt extends Loop { readonly kind: 'fori'; readonly variable: number; readonly lower: PlExpr; readonly upper: PlExpr; readonly step: PlExpr | undefined; readonly reverse: boolean }
export interface ForQuery extends Loop { readonly kind: 'fors'; readonly target: number; readonly query: PlExpr }
export interface ForDynamic extends Loop { readonly kind: 'dynfors'; readonly target: number; readonly query: PlExpr; readonly params: readonly PlExpr[] }
export interface ForCursor extends Loop { readonly kind: 'forc'; readonly target: number; readonly cursor: number; readonly args: PlExpr | undefined }
export interface ForeachArray extends Loop { readonly kind: 'foreach'; readonly target: number; readonly slice: number; readonly expr: PlExpr }
export interface Exit extends At { readonly kind: 'exit'; readonly isExit: boolean; readonly label: string | undefined; readonly cond: PlExpr | undefined }
export interface Return extends At { readonly kind: 'return'; readonly expr: PlExpr | undefined; readonly variable: number }
export interface ReturnNext extends At { readonly kind: 'return_next'; readonly expr: PlExpr | undefined; readonly variable: number }
export interface ReturnQuery extends At { readonly kind: 'return_query'; readonly query: PlExpr | undefined; readonly dynamic: PlExpr | undefined; readonly params: readonly PlExpr[] }
export type RaiseLevel = 'EXCEPTION' | 'WARNING' | 'NOTICE' | 'INFO' | 'LOG' | 'DEBUG';
export interface Raise extends At { readonly kind: 'raise'; readonly level: RaiseLevel; readonly condition: string | undefined; readonly message: string | undefined; readonly params: readonly PlExpr[]; readonly options: readonly { readonly name: string; readonly expr: PlExpr }[]; readonly rethrow: boolean }
export interface Assert extends At { readonly kind: 'assert'; readonly cond: PlExpr; readonly message: PlExpr | undefined }
export interface ExecSql extends At { readonly kind: 'execsql'; readonly query: PlExpr; readonly into: boolean; readonly strict: boolean; readonly target: number }
export interface DynExecute extends At { readonly kind: 'dynexecute'; readonly query: PlExpr; readonly into: boolean; readonly strict: boolean; readonly target: number; readonly params: readonly PlExpr[] }
export interface GetDiagnostics extends At { readonly kind: 'getdiag'; readonly stacked: boolean; readonly items: readonly { readonly item: string; readonly target: number }[] }
export interface Open extends At { readonly kind: 'open'; readonly cursor: number; readonly args: PlExpr | undefined; readonly query: PlExpr | undefined; readonly dynamic: PlExpr | undefined; readonly params: readonly PlExpr[]; readonly scroll: ScrollOption }
export type FetchDirection = 'forward' | 'backward' | 'absolute' | 'relative';
export interface Fetch extends At { readonly kind: 'fetch'; readonly cursor: number; readonly target: number; readonly isMove: boolean; readonly direction: FetchDirection; /** Infinity: all */ readonly count: number; readonly countExpr: PlExpr | undefined; readonly returnsMultiple: boolean }
export interface Close extends At { readonly kind: 'close'; readonly cursor: number }
export interface EndTransaction extends At { readonly kind: 'commit' | 'rollback'; readonly chain: boolean }
export type Stmt = Block | Assign | Perform | Call | If | Case | PlainLoop | While | ForInt | ForQuery | ForDynamic | ForCursor | ForeachArray | Exit | Return | ReturnNext | ReturnQuery
  | Raise | Assert | ExecSql | DynExecute | GetDiagnostics | Open | Fetch | Close | EndTransaction;

/** Statement names of the CONTEXT line. */
export function statementName(s: Stmt): string {
  switch (s.kind) {
    case 'call': return s.isCall ? 'CALL' : 'DO';
    case 'exit': return s.isExit ? 'EXIT' : 'CONTINUE';
    case 'getdiag': return s.stacked ? 'GET STACKED DIAGNOSTICS' : 'GET DIAGNOSTICS';
    case 'fetch': return s.isMove ? 'MOVE' : 'FETCH';
    default: return NAMES[s.kind];
  }
}
const NAMES: Readonly<Record<string, string>> = {
  block: 'statement block', assign: 'assignment', if: 'IF', case: 'CASE', loop: 'LOOP', while: 'WHILE', fori: 'FOR with integer loop variable', fors: 'FOR over SELECT rows', forc: 'FOR over cursor',
  foreach: 'FOREACH over array', return: 'RETURN', return_next: 'RETURN NEXT', return_query: 'RETURN QUERY', raise: 'RAISE', assert: 'ASSERT', execsql: 'SQL statement', dynexecute: 'EXECUTE',
  dynfors: 'FOR over EXECUTE statement', open: 'OPEN', close: 'CLOSE', perform: 'PERFORM', commit: 'COMMIT', rollback: 'ROLLBACK',
};
