/**
 * findDependentObjects: everything that must go when an object is dropped, in an order in which it can be deleted.
 * Depth first: dependents before what they depend on. A member of a larger whole (internal dependency) turns the request
 * into one for its owner, unless the owner is on the way already.
 */
import { assert, SqlError } from '@pglitedb/types';
import type { CatalogReader } from '../api.js';
import { describeObject } from './object-description.js';
import { address, isPinned, sameAddress, type ObjectAddress } from './object-address.js';

export const DEP = { original: 1, normal: 2, auto: 4, internal: 8, partition: 16, extension: 32, reverse: 64, isPart: 128, subobject: 256 } as const;

export interface Target { readonly object: ObjectAddress; flags: number; /** what it was reached from */ readonly dependee: ObjectAddress | undefined }

interface Frame { readonly object: ObjectAddress; flags: number; readonly next: Frame | undefined }

/** In order of deletion. */
export class DeletionTargets {
  readonly list: Target[] = [];
  private readonly byObject = new Map<string, Target[]>();

  private key(o: ObjectAddress): string { return `${o.classId}/${o.objectId}`; }

  add(target: Target): void {
    this.list.push(target);
    const key = this.key(target.object);
    const same = this.byObject.get(key);
    if (same === undefined) this.byObject.set(key, [target]);
    else same.push(target);
  }

  has(object: ObjectAddress): boolean {
    return (this.byObject.get(this.key(object)) ?? []).some((t) => t.object.subId === object.subId || t.object.subId === 0);
  }

  /** Is it there, itself or as part of a whole? Adds the flags to what is found. */
  addFlags(object: ObjectAddress, flags: number): boolean {
    let found = false;
    for (const t of this.byObject.get(this.key(object)) ?? []) {
      if (t.object.subId === object.subId) {
        t.flags |= flags;
        found = true;
      } else if (t.object.subId === 0) found = true;
      else if (object.subId === 0 && flags !== 0) t.flags |= flags | DEP.subobject;
    }
    return found;
  }
}

function onStack(object: ObjectAddress, flags: number, stack: Frame | undefined): boolean {
  let found = false;
  for (let f = stack; f !== undefined; f = f.next) {
    if (f.object.classId !== object.classId || f.object.objectId !== object.objectId) continue;
    if (f.object.subId === object.subId) {
      f.flags |= flags;
      found = true;
    } else if (f.object.subId === 0) found = true;
    else if (object.subId === 0 && flags !== 0) f.flags |= flags | DEP.subobject;
  }
  return found;
}

const SUBFLAGS: Readonly<Record<string, number>> = { n: DEP.normal, a: DEP.auto, x: DEP.auto, i: DEP.internal, P: DEP.partition, S: DEP.partition, e: DEP.extension };

const sameWhole = (a: ObjectAddress, b: ObjectAddress): boolean => a.classId === b.classId && a.objectId === b.objectId;

interface Search { readonly reader: CatalogReader; readonly targets: DeletionTargets; readonly pending: readonly ObjectAddress[]; readonly skipExtensions: boolean }

export function findDependentObjects(search: Search, object: ObjectAddress, flags: number): void {
  find(search, object, flags, undefined);
}

function find(search: Search, object: ObjectAddress, objectFlags: number, stack: Frame | undefined): void {
  const { reader, targets } = search;
  if (onStack(object, objectFlags, stack) || targets.addFlags(object, objectFlags)) return;
  if (isPinned(object.classId, object.objectId)) {
    throw new SqlError('2BP01', `cannot drop ${describeObject(reader, object)} because it is required by the database system`);
  }
  const owner = ownersOf(search, object, objectFlags, stack);
  if (owner.done) return;
  const frame: Frame = { object, flags: owner.flags, next: stack };
  for (const d of dependentsOf(search, object)) find(search, d.object, d.flags, frame);
  targets.add({ object, flags: frame.flags, dependee: owner.partitionOf ?? stack?.object });
}

/** Looks at what the object itself depends on: its owner may have to go instead. */
function ownersOf(search: Search, object: ObjectAddress, objectFlags: number, stack: Frame | undefined): { done: boolean; flags: number; partitionOf?: ObjectAddress } {
  const { reader, targets } = search;
  let flags = objectFlags;
  let owning: ObjectAddress | undefined;
  let owningIsInternal = false;
  let partition: ObjectAddress | undefined;
  const where = { classid: object.classId, objid: object.objectId };
  for (const d of reader.rows('pg_depend', object.subId === 0 ? where : { ...where, objsubid: object.subId })) {
    const other = address(d.refclassid, d.refobjid, d.refobjsubid);
    if (sameWhole(other, object) && object.subId === 0) continue;
    if (d.deptype === 'e' && search.skipExtensions) continue;
    if (d.deptype === 'i' || d.deptype === 'e') {
      if (stack === undefined) {
        if (search.pending.some((p) => sameAddress(p, other))) return { done: true, flags };
        if (owning === undefined || (d.deptype === 'i' && !owningIsInternal)) {
          owning = other;
          owningIsInternal = d.deptype === 'i';
        }
      } else if (!onStack(other, 0, stack)) {
        find(search, other, DEP.reverse, stack);
        assert(targets.addFlags(object, flags), 'deleting the owner deletes its part');
        return { done: true, flags };
      }
    } else if (d.deptype === 'P') {
      flags |= DEP.isPart;
      partition = other;
    } else if (d.deptype === 'S') {
      if (!(flags & DEP.isPart)) partition = other;
      flags |= DEP.isPart;
    }
  }
  if (owning !== undefined) {
    const name = describeObject(reader, partition ?? owning);
    throw new SqlError('2BP01', `cannot drop ${describeObject(reader, object)} because ${name} requires it`, { hint: `You can drop ${name} instead.` });
  }
  return partition === undefined ? { done: false, flags } : { done: false, flags, partitionOf: partition };
}

/** What depends on the object directly, newest first. */
function dependentsOf(search: Search, object: ObjectAddress): { object: ObjectAddress; flags: number }[] {
  const where = { refclassid: object.classId, refobjid: object.objectId };
  const found: { object: ObjectAddress; flags: number }[] = [];
  for (const d of search.reader.rows('pg_depend', object.subId === 0 ? where : { ...where, refobjsubid: object.subId })) {
    const other = address(d.classid, d.objid, d.objsubid);
    if (sameWhole(other, object) && object.subId === 0) continue;
    found.push({ object: other, flags: SUBFLAGS[d.deptype] ?? DEP.normal });
  }
  return found.sort((a, b) => b.object.objectId - a.object.objectId || a.object.classId - b.object.classId || a.object.subId - b.object.subId);
}
