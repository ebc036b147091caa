/** Utility statements: one handler per raw node kind, found by the session. Each commands/*.ts registers its own. */
import type { Node as RawNode } from '@pgsql/types';
import type { Steps } from '@pglitedb/txn';
import type { Datum, Oid } from '@pglitedb/types';
import type { Batch, NameHooks, ResultColumn, SessionServices } from '../context.js';

/** Data of COPY to and from the client, and rows of utility statements that return some. */
export interface UtilitySink {
  columns(columns: readonly ResultColumn[]): void;
  rows(batch: Batch): void;
  copyOut(binary: boolean, columns: number): { write(bytes: Uint8Array): void; drained(): Promise<void> | undefined; done(): void };
  copyIn(binary: boolean, columns: number): AsyncIterable<Uint8Array>;
}

export interface UtilityContext {
  readonly session: SessionServices;
  /** The whole text and the part that is this statement. */
  readonly sql: string;
  readonly statement: string;
  readonly params: readonly Datum[];
  readonly sink: UtilitySink;
  /** Types of `params`, where a surrounding function knows them. */
  readonly paramTypes?: readonly Oid[] | undefined;
  /** Names that the surrounding function knows. */
  readonly hooks?: NameHooks | undefined;
  /** Not inside a transaction block, function or multi-statement string (CREATE DATABASE, VACUUM …). */
  readonly isTopLevel: boolean;
}

/** Answers the command tag. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type UtilityCommand = (node: any, u: UtilityContext) => Steps<string>;

const commands = new Map<string, UtilityCommand>();
export function defineCommands(table: Readonly<Record<string, UtilityCommand>>): void {
  for (const [kind, command] of Object.entries(table)) commands.set(kind, command);
}
/** The handler of a raw statement such as { CreateStmt: {…} }, and its inner node. */
export function utilityCommand(stmt: RawNode): { kind: string; node: unknown; command: UtilityCommand | undefined } {
  const kind = Object.keys(stmt)[0]!;
  return { kind, node: (stmt as Record<string, unknown>)[kind], command: commands.get(kind) };
}
