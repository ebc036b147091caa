/**
 * Deletion of objects with everything that depends on them, as PostgreSQL's dependency.c does it: a depth-first walk of
 * pg_depend collects the objects in deletion order (dependents before what they depend on), then the list is either
 * refused (RESTRICT), announced (CASCADE) or, for automatic and internal dependencies, taken silently.
 */
import { objectDescription, type CatalogReader } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { SqlError } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import { lockRelation } from '../../relation.js';
import { noteDropped } from '../event-trigger/fire.js';
import { CLASS } from './catalog-ids.js';
import { deleteObject } from './delete-object.js';
import type { ObjectAddress } from './depend.js';

export type DropBehavior = 'restrict' | 'cascade';
export interface DeletionOptions { quietly?: boolean; /** leave the objects given themselves, drop only what depends on them */ skipOriginal?: boolean; /** called by the system: internal dependencies do not stop it */ internal?: boolean }

const FLAG = { original: 1, normal: 2, auto: 4, internal: 8, partition: 16, extension: 32, reverse: 64, subobject: 128 } as const;
const SILENT = FLAG.auto | FLAG.internal | FLAG.partition | FLAG.extension;
const FLAG_OF: Readonly<Record<string, number>> = { n: FLAG.normal, a: FLAG.auto, x: FLAG.auto, i: FLAG.internal, P: FLAG.partition, S: FLAG.partition, e: FLAG.extension };
const REPORTED_MAX = 100;
/** Objects of PostgreSQL itself; the public schema may go. */
const FIRST_UNPINNED_OID = 12000;
const PUBLIC_SCHEMA = 2200;

interface Target { object: ObjectAddress; flags: number; dependee: ObjectAddress | undefined }
interface Frame { object: ObjectAddress; flags: number; next: Frame | undefined }

export const describe = (c: CatalogReader, o: ObjectAddress): string => objectDescription(c, o) ?? `object ${o.classId}/${o.objectId}/${o.subId}`;
const sameObject = (a: ObjectAddress, b: ObjectAddress): boolean => a.classId === b.classId && a.objectId === b.objectId;
const pinned = (o: ObjectAddress): boolean => o.objectId < FIRST_UNPINNED_OID && !(o.classId === CLASS.namespace && o.objectId === PUBLIC_SCHEMA) && o.classId !== CLASS.database;

/** Adds flags where the object, or the object it is part of, is listed; answers whether it is. */
function markPresent<T extends { object: ObjectAddress; flags: number }>(list: Iterable<T>, o: ObjectAddress, flags: number): boolean {
  let found = false;
  for (const t of list) {
    if (!sameObject(t.object, o)) continue;
    if (t.object.subId === o.subId) { t.flags |= flags; found = true; } else if (t.object.subId === 0) found = true;
    else if (o.subId === 0 && flags !== 0) t.flags |= flags | FLAG.subobject;
  }
  return found;
}
function* frames(top: Frame | undefined): Iterable<Frame> { for (let f = top; f !== undefined; f = f.next) yield f; }

class Collector {
  readonly targets: Target[] = [];
  constructor(private readonly session: SessionServices, private readonly catalog: CatalogReader, private readonly pending: readonly ObjectAddress[], private readonly options: DeletionOptions) {}

  *collect(object: ObjectAddress, flags: number, stack: Frame | undefined): Steps<void> {
    if (markPresent(frames(stack), object, flags) || markPresent(this.targets, object, flags)) return;
    if (pinned(object)) throw new SqlError('2BP01', `cannot drop ${describe(this.catalog, object)} because it is required by the database system`);
    if (yield* this.ownerTakesOver(object, flags, stack)) return;
    const frame: Frame = { object, flags, next: stack };
    for (const d of this.dependents(object)) {
      if (d.object.classId === CLASS.relation) yield* lockRelation(this.session, d.object.objectId, 8);
      yield* this.collect(d.object, d.flags, frame);
    }
    this.targets.push({ object, flags: frame.flags, dependee: stack?.object });
  }

  /** An internal part is dropped by dropping its whole: refused when asked for directly, turned around when reached by cascade. */
  private *ownerTakesOver(object: ObjectAddress, flags: number, stack: Frame | undefined): Steps<boolean> {
    let owner: ObjectAddress | undefined;
    const where = { classid: object.classId, objid: object.objectId, ...(object.subId !== 0 ? { objsubid: object.subId } : {}) };
    for (const row of this.catalog.rows('pg_depend', where)) {
      const other: ObjectAddress = { classId: row.refclassid, objectId: row.refobjid, subId: row.refobjsubid };
      if (object.subId === 0 && sameObject(other, object)) continue;
      if (row.deptype !== 'i' && row.deptype !== 'e') continue;
      if (stack === undefined) {
        if (this.pending.some((p) => sameObject(p, other) && (p.subId === other.subId || p.subId === 0))) return true;
        if (this.options.internal !== true) owner ??= other;
        continue;
      }
      if (markPresent(frames(stack), other, 0)) continue;
      if (other.classId === CLASS.relation) yield* lockRelation(this.session, other.objectId, 8);
      yield* this.collect(other, FLAG.reverse, stack);
      markPresent(this.targets, object, flags);
      return true;
    }
    if (owner !== undefined) {
      const text = describe(this.catalog, owner);
      throw new SqlError('2BP01', `cannot drop ${describe(this.catalog, object)} because ${text} requires it`, { hint: `You can drop ${text} instead.` });
    }
    return false;
  }

  private dependents(object: ObjectAddress): { object: ObjectAddress; flags: number }[] {
    const where = { refclassid: object.classId, refobjid: object.objectId, ...(object.subId !== 0 ? { refobjsubid: object.subId } : {}) };
    const found = this.catalog.rows('pg_depend', where).map((row) => ({
      object: { classId: row.classid, objectId: row.objid, subId: row.objsubid }, flags: FLAG_OF[row.deptype] ?? FLAG.normal,
    })).filter((d) => !(object.subId === 0 && sameObject(d.object, object)));
    return found.sort((a, b) => b.object.objectId - a.object.objectId || a.object.classId - b.object.classId || a.object.subId - b.object.subId);
  }
}

function report(session: SessionServices, targets: readonly Target[], behavior: DropBehavior, original: ObjectAddress | undefined, options: DeletionOptions): void {
  const catalog = session.catalog();
  const lines: string[] = [];
  let more = 0;
  for (let k = targets.length - 1; k >= 0; k--) {
    const t = targets[k]!;
    if ((t.flags & (FLAG.original | FLAG.subobject | SILENT)) !== 0) continue;
    const text = describe(catalog, t.object);
    if (lines.length >= REPORTED_MAX) more++;
    else if (behavior === 'cascade') lines.push(`drop cascades to ${text}`);
    else lines.push(`${text} depends on ${t.dependee === undefined ? '' : describe(catalog, t.dependee)}`);
  }
  if (lines.length === 0) return;
  const total = lines.length + more;
  const detail = lines.join('\n') + (more === 0 ? '' : `\nand ${more} other object${more === 1 ? '' : 's'} (see server log for list)`);
  if (behavior === 'restrict') {
    const message = original !== undefined ? `cannot drop ${describe(catalog, original)} because other objects depend on it` : 'cannot drop desired object(s) because other objects depend on them';
    throw new SqlError('2BP01', message, { detail, hint: 'Use DROP ... CASCADE to drop the dependent objects too.' });
  }
  if (options.quietly === true) return;
  if (total === 1) session.notice('NOTICE', '00000', lines[0]!);
  else session.notice('NOTICE', '00000', `drop cascades to ${total} other objects`, { detail });
}

/** Drops the objects with what depends on them. */
export function* performDeletions(session: SessionServices, objects: readonly ObjectAddress[], behavior: DropBehavior, options: DeletionOptions = {}): Steps<void> {
  if (objects.length === 0) return;
  const collector = new Collector(session, session.catalogWriter(), objects, options);
  for (const o of objects) yield* collector.collect(o, FLAG.original, undefined);
  report(session, collector.targets, behavior, objects.length === 1 ? objects[0] : undefined, options);
  if (options.internal !== true) for (const t of collector.targets) {
    if (options.skipOriginal === true && (t.flags & FLAG.original) !== 0) continue;
    noteDropped(session, t.object, (t.flags & FLAG.original) !== 0, (t.flags & (FLAG.normal | FLAG.reverse)) !== 0);
  }
  for (const t of collector.targets) {
    if (options.skipOriginal === true && (t.flags & FLAG.original) !== 0) continue;
    deleteObject(session, t.object);
  }
}

export function* performDeletion(session: SessionServices, object: ObjectAddress, behavior: DropBehavior, options: DeletionOptions = {}): Steps<void> {
  yield* performDeletions(session, [object], behavior, options);
}
