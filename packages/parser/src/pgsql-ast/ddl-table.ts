/** CREATE TABLE and ALTER TABLE: columns, constraints, sequence options. */
import type {
  AlterColumn, AlterColumnAddGenerated, AlterTableStatement, ColumnConstraint, CreateColumnDef, CreateColumnsLikeTable, CreateSequenceOptions, CreateTableStatement,
  QName, TableAlteration, TableConstraint, TableReference,
} from 'pgsql-ast-parser';
import { expression } from './expressions.js';
import { nameList, qualified, rangeVar, typeName } from './names.js';
import type { Context, Located } from './source.js';
import { boolean, compact, defElem, filled, flag, integer, listOf, rejected, strings, type Tree, unsupported } from './tree.js';

export function createTable(c: Context, node: CreateTableStatement): Tree {
  const parts: { readonly at: number; readonly tree: Tree }[] = [];
  const add = (from: Located, tree: Tree): void => { parts.push({ at: from._location?.start ?? 0, tree }); };
  for (const column of node.columns) add(column, column.kind === 'column' ? columnDef(c, column) : likeClause(column));
  for (const one of node.constraints ?? []) add(one, constraint(c, one));
  parts.sort((a, b) => a.at - b.at);
  return {
    CreateStmt: compact({
      relation: rangeVar(node.name, node.temporary ? 't' : node.unlogged ? 'u' : 'p'), tableElts: parts.map((p) => p.tree),
      inhRelations: filled((node.inherits ?? []).map((parent) => ({ RangeVar: rangeVar(parent) }))),
      oncommit: 'ONCOMMIT_NOOP', if_not_exists: flag(node.ifNotExists),
    }),
  };
}

/** TableLikeOption bits. */
const LIKE_OPTIONS: Readonly<Record<string, number>> = { comments: 1, constraints: 4, defaults: 8, indexes: 64, storage: 256, all: 0x7fffffff };
function likeClause(node: CreateColumnsLikeTable): Tree {
  let options = 0;
  for (const { verb, option } of node.options) options = verb === 'including' ? options | LIKE_OPTIONS[option]! : options & ~LIKE_OPTIONS[option]!;
  return { TableLikeClause: compact({ relation: rangeVar(node.like), options: options === 0 ? undefined : options }) };
}

export const collation = (name: QName | undefined): Tree | undefined => name && { collname: strings(qualified(name)) };

function columnDef(c: Context, node: CreateColumnDef): Tree {
  return {
    ColumnDef: compact({
      colname: node.name.name, typeName: typeName(c, node.dataType), is_local: true, collClause: collation(node.collate),
      constraints: filled((node.constraints ?? []).map((one) => constraint(c, one))),
    }),
  };
}

const ENFORCED = { is_enforced: true, initially_valid: true };
const ACTIONS: Readonly<Record<string, string>> = { 'no action': 'a', restrict: 'r', cascade: 'c', 'set null': 'n', 'set default': 'd' };
const MATCHES: Readonly<Record<string, string>> = { full: 'f', partial: 'p', simple: 's' };

function constraint(c: Context, node: ColumnConstraint | TableConstraint): Tree {
  if (node.type === 'add generated') return generated(c, node);
  return { Constraint: compact({ conname: node.constraintName?.name, ...constraintInside(c, node) }) };
}
function constraintInside(c: Context, node: Exclude<ColumnConstraint | TableConstraint, AlterColumnAddGenerated>): Record<string, unknown> {
  switch (node.type) {
    case 'not null': return { contype: 'CONSTR_NOTNULL', ...ENFORCED };
    case 'null': return { contype: 'CONSTR_NULL' };
    case 'unique': return { contype: 'CONSTR_UNIQUE', keys: 'columns' in node ? nameList(node.columns) : undefined };
    case 'primary key': return { contype: 'CONSTR_PRIMARY', keys: 'columns' in node ? nameList(node.columns) : undefined };
    case 'default': return { contype: 'CONSTR_DEFAULT', raw_expr: expression(c, node.default) };
    case 'check': return { contype: 'CONSTR_CHECK', ...ENFORCED, raw_expr: expression(c, node.expr) };
    case 'reference': return foreignKey(node);
    case 'foreign key': return { ...foreignKey(node), fk_attrs: 'localColumns' in node ? nameList(node.localColumns) : undefined };
    default: throw unsupported(`the constraint ${(node as { type: string }).type}`);
  }
}
function foreignKey(node: TableReference): Record<string, unknown> {
  if (node.match === 'partial') throw unsupported('MATCH PARTIAL');
  return {
    contype: 'CONSTR_FOREIGN', ...ENFORCED, pktable: rangeVar(node.foreignTable), pk_attrs: nameList(node.foreignColumns), fk_matchtype: MATCHES[node.match ?? 'simple'],
    fk_upd_action: ACTIONS[node.onUpdate ?? 'no action'], fk_del_action: ACTIONS[node.onDelete ?? 'no action'],
  };
}

/** Identity and generated columns. */
function generated(c: Context, node: AlterColumnAddGenerated): Tree {
  const when = node.always === undefined ? undefined : node.always === 'always' ? 'a' : 'd';
  const conname = node.constraintName?.name;
  if (when === undefined) throw rejected('syntax error at GENERATED');
  if (!node.expression) return { Constraint: compact({ contype: 'CONSTR_IDENTITY', conname, generated_when: when, options: node.sequence && identityOptions(c, node.sequence) }) };
  if (when === 'd') throw rejected('for a generated column, GENERATED ALWAYS must be specified');
  return { Constraint: compact({ contype: 'CONSTR_GENERATED', conname, raw_expr: expression(c, node.expression), generated_when: when, generated_kind: node.stored ? 's' : 'v' }) };
}
function identityOptions(c: Context, node: CreateSequenceOptions & { readonly name?: QName }): readonly Tree[] | undefined {
  const name = node.name ? [defElem('sequence_name', listOf(strings(qualified(node.name))))] : [];
  return filled([...name, ...(sequenceOptions(c, node) ?? [])]);
}

function number(value: unknown): Tree {
  if (typeof value !== 'number' || Math.abs(value) > 0x7fffffff) throw unsupported('a sequence option of this size');
  return integer(value);
}
type SequenceOption = (c: Context, value: never) => Tree;
const SEQUENCE_OPTIONS: Readonly<Record<string, SequenceOption>> = {
  as: (c, value) => defElem('as', { TypeName: typeName(c, value) }),
  incrementBy: (_c, value) => defElem('increment', number(value)),
  minValue: (_c, value) => defElem('minvalue', value === 'no minvalue' ? undefined : number(value)),
  maxValue: (_c, value) => defElem('maxvalue', value === 'no maxvalue' ? undefined : number(value)),
  startWith: (_c, value) => defElem('start', number(value)),
  restart: (_c, value) => defElem('restart', value === true ? undefined : number(value)),
  cache: (_c, value) => defElem('cache', number(value)),
  cycle: (_c, value) => defElem('cycle', boolean(value === 'cycle')),
  ownedBy: (_c, value: unknown) => defElem('owned_by', listOf(strings(owner(value as 'none' | { schema?: string; table: string; column: string })))),
};
function owner(value: string | { readonly schema?: string; readonly table: string; readonly column: string }): string[] {
  if (typeof value === 'string') return [value];
  return value.schema === undefined ? [value.table, value.column] : [value.schema, value.table, value.column];
}
/** The options in the order they were written, which the AST's members keep. */
export function sequenceOptions(c: Context, options: CreateSequenceOptions & { readonly restart?: unknown }): readonly Tree[] | undefined {
  const out: Tree[] = [];
  for (const [key, value] of Object.entries(options)) {
    if (key === '_location' || key === 'type' || key === 'name') continue;
    const make = Object.hasOwn(SEQUENCE_OPTIONS, key) ? SEQUENCE_OPTIONS[key]! : undefined;
    if (make === undefined) throw unsupported(`the sequence option ${key}`);
    out.push(make(c, value as never));
  }
  return filled(out);
}

const behavior = (word: string | undefined): string => (word === 'cascade' ? 'DROP_CASCADE' : 'DROP_RESTRICT');
export const role = (name: string, keyword: boolean): Tree =>
  (keyword && /^(current_user|session_user|current_role)$/.test(name) ? { roletype: `ROLESPEC_${name.toUpperCase()}` } : { roletype: 'ROLESPEC_CSTRING', rolename: name });

export function alterTable(c: Context, node: AlterTableStatement): Tree {
  const relation = rangeVar({ ...node.table, alias: undefined }, 'p', !node.only);
  const missing = { missing_ok: flag(node.ifExists) };
  const only = node.changes[0]!;
  if (only.type.startsWith('rename')) {
    if (node.changes.length > 1) throw rejected('syntax error at or near ","');
    return { RenameStmt: compact({ ...rename(only), relation, behavior: 'DROP_RESTRICT', ...missing }) };
  }
  return { AlterTableStmt: compact({ relation, cmds: node.changes.map((change) => alteration(c, change)), objtype: 'OBJECT_TABLE', ...missing }) };
}
function rename(change: TableAlteration): Record<string, unknown> {
  switch (change.type) {
    case 'rename': return { renameType: 'OBJECT_TABLE', relationType: 'OBJECT_ACCESS_METHOD', newname: change.to.name };
    case 'rename column': return { renameType: 'OBJECT_COLUMN', relationType: 'OBJECT_TABLE', subname: change.column.name, newname: change.to.name };
    case 'rename constraint': return { renameType: 'OBJECT_TABCONSTRAINT', relationType: 'OBJECT_ACCESS_METHOD', subname: change.constraint.name, newname: change.to.name };
    default: throw unsupported(`the alteration ${change.type}`);
  }
}
function alteration(c: Context, change: TableAlteration): Tree {
  const command = (subtype: string, more: Record<string, unknown>): Tree => ({ AlterTableCmd: compact({ subtype, behavior: 'DROP_RESTRICT', ...more }) });
  switch (change.type) {
    case 'add column': return command('AT_AddColumn', { def: columnDef(c, change.column), missing_ok: flag(change.ifNotExists) });
    case 'drop column': return command('AT_DropColumn', { name: change.column.name, behavior: behavior(change.behaviour), missing_ok: flag(change.ifExists) });
    case 'alter column': return command(...alterColumn(c, change.column.name, change.alter));
    case 'add constraint': return command('AT_AddConstraint', { def: constraint(c, change.constraint) });
    case 'drop constraint': return command('AT_DropConstraint', { name: change.constraint.name, behavior: behavior(change.behaviour), missing_ok: flag(change.ifExists) });
    case 'owner': return command('AT_ChangeOwner', { newowner: role(change.to.name, false) });
    default: throw change.type.startsWith('rename') ? rejected('syntax error at RENAME') : unsupported(`the alteration ${change.type}`);
  }
}
function alterColumn(c: Context, name: string, alter: AlterColumn): [string, Record<string, unknown>] {
  switch (alter.type) {
    case 'set type': return ['AT_AlterColumnType', { name, def: { ColumnDef: { typeName: typeName(c, alter.dataType) } } }];
    case 'set default': return ['AT_ColumnDefault', { name, def: expression(c, alter.default) }];
    case 'drop default': return ['AT_ColumnDefault', { name }];
    case 'set not null': return ['AT_SetNotNull', { name }];
    case 'drop not null': return ['AT_DropNotNull', { name }];
    case 'add generated': {
      if (alter.expression) throw rejected('syntax error at or near "("');
      return ['AT_AddIdentity', { name, def: generated(c, alter) }];
    }
    default: throw unsupported(`the alteration ${(alter as { type: string }).type}`);
  }
}
