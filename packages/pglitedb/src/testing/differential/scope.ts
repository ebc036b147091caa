/** What a random query can name at a place: columns, relations, and the expressions of that place alone. */
import type { Random } from './random.js';
import type { Node } from './tree.js';
import type { Type } from './types.js';

export interface Column { name: string; type: Type }
/** A table, view or WITH query. */
export interface Relation { name: string; columns: readonly Column[]; rows: number; kind: 'table' | 'view' | 'cte'; key?: string | undefined; writable?: readonly Column[] | undefined }
export interface Leaf { text: string; type: Type }

/** Where an expression stands. */
export interface Scope {
  leaves: readonly Leaf[];
  /** The query outside, for correlated subqueries. */
  outer?: Scope | undefined;
  /** Makes an aggregate or a window function of the type, where the place allows one and has one. */
  special?: ((type: Type, depth: number) => Node | undefined) | undefined;
  subqueries: boolean;
}

/** Shared by the generators of one statement. */
export class Context {
  constructor(readonly random: Random, readonly relations: readonly Relation[], readonly functions: readonly FunctionOf[] = [], private readonly names = { next: 0 }) {}
  fresh(prefix: string): string { return `${prefix}${this.names.next++}`; }
  with(more: readonly Relation[]): Context { return new Context(this.random, [...this.relations, ...more], this.functions, this.names); }
}
export interface FunctionOf { name: string; argument: Type; result: Type }

export const scopeOf = (leaves: readonly Leaf[], outer?: Scope): Scope => ({ leaves, outer, subqueries: true });
/** Without subqueries, outer columns, aggregates. */
export const simpleScope = (leaves: readonly Leaf[]): Scope => ({ leaves, subqueries: false });
