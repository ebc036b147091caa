/** Transactions, settings, prepared statements, DO. */
import type { BeginStatement, DeallocateStatement, DoStatement, PrepareStatement, SetGlobalStatement, SetNames, SetTimezone, ShowStatement, Statement } from 'pgsql-ast-parser';
import { typeName } from './names.js';
import { type Context, textOf } from './source.js';
import { compact, defElem, filled, flag, intConst, numberConst, str, stringConst, type Tree, unsupported } from './tree.js';

const transaction = (kind: string, options?: readonly Tree[]): Tree => ({ TransactionStmt: compact({ kind: `TRANS_STMT_${kind}`, options }) });
export const startTransaction = (): Tree => transaction('START');
export const commit = (): Tree => transaction('COMMIT');
export const rollback = (): Tree => transaction('ROLLBACK');

/** Modes in the order they were written, which the AST's members keep; it keeps only the last of a repeated one. */
export function begin(c: Context, node: BeginStatement): Tree {
  const words = textOf(c, node) ?? '';
  for (const mode of [/isolation/gi, /read\s+(?:only|write)/gi, /deferrable/gi]) if ((words.match(mode)?.length ?? 0) > 1) throw unsupported('a transaction mode given twice');
  const options: Tree[] = [];
  for (const key of Object.keys(node)) {
    if (key === 'isolationLevel') options.push(defElem('transaction_isolation', stringConst(node.isolationLevel!)));
    else if (key === 'writeable') options.push(defElem('transaction_read_only', intConst(node.writeable === 'read only' ? 1 : 0)));
    else if (key === 'deferrable') options.push(defElem('transaction_deferrable', intConst(node.deferrable ? 1 : 0)));
  }
  return transaction('BEGIN', filled(options));
}

interface RawValue { readonly type: string; readonly value?: number | string; readonly name?: string }
function setting(value: RawValue): Tree {
  if (value.type === 'identifier') return stringConst(value.name!);
  if (value.type !== 'value') throw unsupported(`the setting value ${value.type}`);
  if (typeof value.value === 'string') return stringConst(value.value);
  if (!Number.isSafeInteger(value.value) || Math.abs(value.value!) > 0x7fffffff) throw unsupported('a setting of this size');
  return value.value! < 0 ? intConst(value.value!) : numberConst(String(value.value));
}
export function set(_c: Context, node: SetGlobalStatement): Tree {
  const is_local = flag(node.scope === 'local');
  const name = node.variable.name;
  const value = node.set;
  if (value.type === 'default') return { VariableSetStmt: compact({ kind: 'VAR_SET_DEFAULT', name, is_local }) };
  const values = value.type === 'list' ? value.values.map((v) => (Array.isArray(v) ? v.at(-1) : v) as RawValue) : [value as RawValue];
  return { VariableSetStmt: compact({ kind: 'VAR_SET_VALUE', name, args: values.map(setting), is_local }) };
}
export function setTimezone(_c: Context, node: SetTimezone): Tree {
  const common = { name: 'timezone', jumble_args: true };
  if (node.to.type === 'interval') throw unsupported('SET TIME ZONE INTERVAL');
  if (node.to.type !== 'value') return { VariableSetStmt: { kind: 'VAR_SET_DEFAULT', ...common } };
  return { VariableSetStmt: { kind: 'VAR_SET_VALUE', args: [setting(node.to)], ...common } };
}
export function setNames(_c: Context, node: SetNames): Tree {
  return { VariableSetStmt: { kind: 'VAR_SET_VALUE', name: 'client_encoding', args: [stringConst(node.to.value)] } };
}
export const show = (_c: Context, node: ShowStatement): Tree => ({ VariableShowStmt: { name: node.variable.name } });

export function prepare(c: Context, node: PrepareStatement, statement: (c: Context, node: Statement) => Tree): Tree {
  const argtypes = filled((node.args ?? []).map((type) => ({ TypeName: typeName(c, type) })));
  return { PrepareStmt: compact({ name: node.name.name, argtypes, query: statement(c, node.statement) }) };
}
export function deallocate(_c: Context, node: DeallocateStatement): Tree {
  return { DeallocateStmt: 'option' in node.target ? { isall: true } : { name: node.target.name } };
}
export function doStatement(_c: Context, node: DoStatement): Tree {
  const language = node.language ? [defElem('language', str(node.language.name))] : [];
  return { DoStmt: { args: [...language, defElem('as', str(node.code))] } };
}
