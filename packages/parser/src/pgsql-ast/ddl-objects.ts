/** Indexes, views, sequences, types, schemas, extensions, functions; DROP and COMMENT. */
import type {
  AlterEnumType, AlterIndexStatement, AlterSequenceStatement, CommentStatement, CreateCompositeType, CreateEnumType, CreateExtensionStatement, CreateFunctionStatement,
  CreateIndexStatement, CreateMaterializedViewStatement, CreateSchemaStatement, CreateSequenceStatement, CreateViewStatement, DropFunctionStatement, DropStatement,
  FunctionArgument, IndexExpression, QName, RefreshMaterializedViewStatement,
} from 'pgsql-ast-parser';
import { collation, role, sequenceOptions } from './ddl-table.js';
import { indexElement } from './dml.js';
import { expression, optional } from './expressions.js';
import { nameList, qualified, rangeVar, typeName, typeOfName } from './names.js';
import { selectStatement } from './select.js';
import { type Context, type Located, quoted, textOf } from './source.js';
import { boolean, compact, defElem, filled, flag, integer, listOf, rejected, str, strings, type Tree, unsupported } from './tree.js';

const behavior = (word: string | undefined): string => (word === 'cascade' ? 'DROP_CASCADE' : 'DROP_RESTRICT');
const nameItems = (name: QName): Tree => listOf(strings(qualified(name)));

export function createIndex(c: Context, node: CreateIndexStatement): Tree {
  if (node.ifNotExists && !node.indexName) throw rejected('syntax error at or near "on"');
  return {
    IndexStmt: compact({
      idxname: node.indexName?.name, relation: rangeVar({ ...node.table, alias: undefined } as QName), accessMethod: node.using?.name ?? 'btree', tableSpace: node.tablespace,
      indexParams: node.expressions.map((item) => indexParameter(c, item, node.expressions.length === 1)), options: filled((node.with ?? []).map((o) => defElem(o.parameter, indexOption(c, o)))),
      whereClause: optional(c, node.where), unique: flag(node.unique), concurrent: flag(node.concurrently), if_not_exists: flag(node.ifNotExists),
    }),
  };
}
function indexParameter(c: Context, item: IndexExpression, single: boolean): Tree {
  const own = single && !item.collate && !item.opclass && !item.order && !item.nulls ? 1 : 0;
  const element = indexElement(c, item.expression, own)['IndexElem'] as Record<string, unknown>;
  return {
    IndexElem: compact({
      ...element, collation: item.collate && strings(qualified(item.collate)), opclass: item.opclass && strings(qualified(item.opclass)),
      ordering: `SORTBY_${(item.order ?? 'default').toUpperCase()}`, nulls_ordering: `SORTBY_NULLS_${(item.nulls ?? 'default').toUpperCase()}`,
    }),
  };
}
function indexOption(c: Context, option: Located & { readonly value: string }): Tree {
  const text = textOf(c, option);
  const bare = text === undefined ? /^-?\d+$/.test(option.value) : !text.trimEnd().endsWith("'");
  if (!bare) return str(option.value);
  if (Math.abs(Number(option.value)) > 0x7fffffff) throw unsupported('an index option of this size');
  return integer(Number(option.value));
}

const CHECK_OPTION = { local: 'LOCAL_CHECK_OPTION', cascaded: 'CASCADED_CHECK_OPTION' } as const;
export function createView(c: Context, node: CreateViewStatement): Tree {
  if (node.recursive) throw unsupported('CREATE RECURSIVE VIEW');
  if (node.parameters) throw unsupported('options of a view');
  return {
    ViewStmt: compact({
      view: rangeVar(node.name, node.temp ? 't' : 'p'), aliases: nameList(node.columnNames), query: selectStatement(c, node.query), replace: flag(node.orReplace),
      withCheckOption: node.checkOption ? CHECK_OPTION[node.checkOption] : 'NO_CHECK_OPTION',
    }),
  };
}
export function createMaterializedView(c: Context, node: CreateMaterializedViewStatement): Tree {
  if (node.columnNames || node.parameters) throw unsupported('column names and options of a materialized view');
  const into = compact({ rel: rangeVar(node.name), onCommit: 'ONCOMMIT_NOOP', tableSpaceName: node.tablespace?.name, skipData: flag(node.withData === false) });
  return { CreateTableAsStmt: compact({ query: selectStatement(c, node.query), into, objtype: 'OBJECT_MATVIEW', if_not_exists: flag(node.ifNotExists) }) };
}
export function refresh(_c: Context, node: RefreshMaterializedViewStatement): Tree {
  return { RefreshMatViewStmt: compact({ concurrent: flag(node.concurrently), skipData: flag(node.withData === false), relation: rangeVar(node.name) }) };
}

export function createSequence(c: Context, node: CreateSequenceStatement): Tree {
  return { CreateSeqStmt: compact({ sequence: rangeVar(node.name, node.temp ? 't' : 'p'), options: sequenceOptions(c, node.options), if_not_exists: flag(node.ifNotExists) }) };
}
export function alterSequence(c: Context, node: AlterSequenceStatement): Tree {
  const sequence = rangeVar(node.name);
  const change = node.change;
  const missing = { missing_ok: flag(node.ifExists) };
  switch (change.type) {
    case 'set options': return { AlterSeqStmt: compact({ sequence, options: sequenceOptions(c, change), ...missing }) };
    case 'owner to': {
      const cmd = { AlterTableCmd: { subtype: 'AT_ChangeOwner', newowner: role(change.owner.name, !quoted(c, change.owner)), behavior: 'DROP_RESTRICT' } };
      return { AlterTableStmt: compact({ relation: sequence, cmds: [cmd], objtype: 'OBJECT_SEQUENCE', ...missing }) };
    }
    case 'rename': return renameStatement('OBJECT_SEQUENCE', { relation: sequence, newname: change.newName.name, ...missing });
    case 'set schema': return { AlterObjectSchemaStmt: compact({ objectType: 'OBJECT_SEQUENCE', relation: sequence, newschema: change.newSchema.name, ...missing }) };
    default: throw unsupported(`the alteration ${(change as { type: string }).type}`);
  }
}
const renameStatement = (renameType: string, more: Record<string, unknown>): Tree =>
  ({ RenameStmt: compact({ renameType, relationType: 'OBJECT_ACCESS_METHOD', behavior: 'DROP_RESTRICT', ...more }) });

export function alterIndex(_c: Context, node: AlterIndexStatement): Tree {
  const relation = rangeVar({ ...node.index, alias: undefined });
  const missing = { missing_ok: flag(node.ifExists) };
  if (node.change.type === 'rename') return renameStatement('OBJECT_INDEX', { relation, newname: node.change.to.name, ...missing });
  const cmd = { AlterTableCmd: { subtype: 'AT_SetTableSpace', name: node.change.tablespace.name, behavior: 'DROP_RESTRICT' } };
  return { AlterTableStmt: compact({ relation, cmds: [cmd], objtype: 'OBJECT_INDEX', ...missing }) };
}

export function createEnum(c: Context, node: CreateEnumType): Tree {
  return { CreateEnumStmt: { typeName: strings(qualified(node.name)), vals: node.values.map((label) => str(untrimmed(c, label))) } };
}
/** The parser trims these literals. */
function untrimmed(c: Context, label: Located & { readonly value: string }): string {
  const text = textOf(c, label);
  if (text === undefined) return label.value;
  if (!text.startsWith("'")) throw unsupported('this literal');
  return text.slice(1, -1).replaceAll("''", "'");
}
export function createComposite(c: Context, node: CreateCompositeType): Tree {
  const columns = node.attributes.map((a) => ({
    ColumnDef: compact({ colname: a.name.name, typeName: typeName(c, a.dataType), is_local: true, collClause: collation(a.collate) }),
  }));
  return { CompositeTypeStmt: { typevar: compact({ schemaname: node.name.schema, relname: node.name.name, relpersistence: 'p' }), coldeflist: columns } };
}
export function alterEnum(c: Context, node: AlterEnumType): Tree {
  if (node.change.type === 'rename') return renameStatement('OBJECT_TYPE', { object: nameItems(node.name), newname: node.change.to.name });
  return { AlterEnumStmt: { typeName: strings(qualified(node.name)), newVal: untrimmed(c, node.change.add), newValIsAfter: true } };
}
export function createSchema(_c: Context, node: CreateSchemaStatement): Tree {
  return { CreateSchemaStmt: compact({ schemaname: node.name.name, if_not_exists: flag(node.ifNotExists) }) };
}
export function createExtension(c: Context, node: CreateExtensionStatement): Tree {
  if (node.from) throw rejected('CREATE EXTENSION ... FROM is no longer supported');
  const options = [node.schema && defElem('schema', str(node.schema.name)), node.version && defElem('new_version', str(untrimmed(c, node.version)))];
  return { CreateExtensionStmt: compact({ extname: node.extension.name, if_not_exists: flag(node.ifNotExists), options: filled(options.filter((o) => o !== undefined)) }) };
}

const DROPPED: Readonly<Record<string, string>> = { 'drop table': 'OBJECT_TABLE', 'drop sequence': 'OBJECT_SEQUENCE', 'drop index': 'OBJECT_INDEX', 'drop type': 'OBJECT_TYPE' };
export function drop(c: Context, node: DropStatement): Tree {
  const removeType = DROPPED[node.type];
  if (removeType === undefined) throw unsupported(node.type.toUpperCase());
  const objects = node.names.map((name) => (removeType === 'OBJECT_TYPE' ? { TypeName: typeOfName(c, name) } : nameItems(name)));
  return { DropStmt: compact({ objects, removeType, behavior: behavior(node.cascade), missing_ok: flag(node.ifExists), concurrent: flag(node.concurrently) }) };
}

const COMMENTED: Readonly<Record<string, string>> = { table: 'OBJECT_TABLE', view: 'OBJECT_VIEW', index: 'OBJECT_INDEX', materializedview: 'OBJECT_MATVIEW', 'materialized view': 'OBJECT_MATVIEW' };
export function comment(c: Context, node: CommentStatement): Tree {
  const text = { comment: node.comment === '' ? undefined : node.comment };
  const on = node.on;
  if (on.type === 'column') {
    const { schema, table, column } = on.column;
    return { CommentStmt: compact({ objtype: 'OBJECT_COLUMN', object: listOf(strings(schema === undefined ? [table, column] : [schema, table, column])), ...text }) };
  }
  if (on.type === 'database' && on.name.schema === undefined) return { CommentStmt: compact({ objtype: 'OBJECT_DATABASE', object: str(on.name.name), ...text }) };
  if (on.type === 'type') return { CommentStmt: compact({ objtype: 'OBJECT_TYPE', object: { TypeName: typeOfName(c, on.name) }, ...text }) };
  const objtype = COMMENTED[on.type];
  if (objtype === undefined) throw unsupported(`COMMENT ON ${on.type.toUpperCase()}`);
  return { CommentStmt: compact({ objtype, object: nameItems(on.name), ...text }) };
}

const OPTIONS: Readonly<Record<string, (node: CreateFunctionStatement, c: Context) => Tree>> = {
  language: (node) => defElem('language', str(node.language!.name)),
  purity: (node) => defElem('volatility', str(node.purity!)),
  code: (node, c) => defElem('as', listOf([str(bodyOf(c, node))])),
  leakproof: (node) => defElem('leakproof', boolean(node.leakproof!)),
  onNullInput: (node) => defElem('strict', boolean(node.onNullInput !== 'call')),
};
export function createFunction(c: Context, node: CreateFunctionStatement): Tree {
  const options = Object.keys(node).filter((key) => Object.hasOwn(OPTIONS, key)).map((key) => OPTIONS[key]!(node, c));
  const parameters = (node.arguments ?? []).map((argument) => parameter(c, argument));
  let returnType: Tree | undefined;
  if (node.returns?.kind === 'table') {
    const columns = node.returns.columns;
    for (const column of columns) parameters.push({ FunctionParameter: { name: column.name.name, argType: typeName(c, column.type), mode: 'FUNC_PARAM_TABLE' } });
    returnType = columns.length === 1 ? { ...typeName(c, columns[0]!.type), setof: true } : { names: strings(['pg_catalog', 'record']), setof: true, typemod: -1 };
  } else if (node.returns) returnType = typeName(c, node.returns);
  return { CreateFunctionStmt: compact({ replace: flag(node.orReplace), funcname: strings(qualified(node.name)), parameters: filled(parameters), returnType, options: filled(options) }) };
}
/** The parser trims the body; it is looked up in the text. */
function bodyOf(c: Context, node: CreateFunctionStatement): string {
  const text = textOf(c, node);
  if (text === undefined) return node.code!;
  const bodies = [...text.matchAll(/\bas\s+(?:\$\$([\s\S]*?)\$\$|'((?:[^']|'')*)')/gi)].map((m) => m[1] ?? m[2]!.replaceAll("''", "'"));
  const found = bodies.filter((body) => body.trim() === node.code);
  if (found.length !== 1) throw unsupported('this function body');
  return found[0]!;
}
const AMBIGUOUS = /^(double|character|bit|time|timestamp|national|interval|setof)$/;
function parameter(c: Context, node: FunctionArgument): Tree {
  if (node.name && AMBIGUOUS.test(node.name.name) && !quoted(c, node.name)) throw unsupported(`the parameter name ${node.name.name}`);
  return {
    FunctionParameter: compact({
      name: node.name?.name, argType: typeName(c, node.type), mode: `FUNC_PARAM_${(node.mode ?? 'default').toUpperCase()}`, defexpr: node.default ? expression(c, node.default) : undefined,
    }),
  };
}
export function dropFunction(c: Context, node: DropFunctionStatement): Tree {
  const args = node.arguments?.map((argument) => ({ name: argument.name?.name, argType: typeOfName(c, argument.type as QName) }));
  if (args?.some((a) => a.name !== undefined && AMBIGUOUS.test(a.name))) throw unsupported('these parameters');
  const object = compact({
    objname: strings(qualified(node.name)), objargs: args?.map((a) => ({ TypeName: a.argType })), args_unspecified: args === undefined || undefined,
    objfuncargs: args?.map((a) => ({ FunctionParameter: compact({ ...a, mode: 'FUNC_PARAM_DEFAULT' }) })),
  });
  return { DropStmt: compact({ objects: [{ ObjectWithArgs: object }], removeType: 'OBJECT_FUNCTION', behavior: 'DROP_RESTRICT', missing_ok: flag(node.ifExists) }) };
}
