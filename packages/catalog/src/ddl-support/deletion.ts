/**
 * performDeletion: finds what depends on the objects, refuses (RESTRICT) or reports (CASCADE), and deletes in order.
 * planDeletion alone lets the caller lock the relations concerned before executeDeletion.
 */
import { SqlError } from '@pglitedb/types';
import type { CatalogReader, CatalogWriter } from '../api.js';
import { deleteObject, type DeletionHooks } from './delete-object.js';
import { DEP, DeletionTargets, findDependentObjects, type Target } from './find-dependent.js';
import { describeObject, objectDescription } from './object-description.js';
import type { ObjectAddress } from './object-address.js';

export type DropBehavior = 'restrict' | 'cascade';
export interface DeletionOptions {
  /** PERFORM_DELETION_SKIP_ORIGINAL: only what depends on the objects goes. */ readonly skipOriginal?: boolean;
  readonly skipExtensions?: boolean;
  /** PERFORM_DELETION_QUIETLY: no notices. */ readonly quietly?: boolean;
  /** PERFORM_DELETION_INTERNAL: event triggers and the like are not told. */ readonly internal?: boolean;
}
export interface DeletionPlan { readonly targets: readonly Target[]; readonly notice: { message: string; detail?: string } | undefined }

/** MAX_REPORTED_DEPS */
const REPORTED_MAX = 100;

export function planDeletion(reader: CatalogReader, objects: readonly ObjectAddress[], behavior: DropBehavior, options: DeletionOptions = {}): DeletionPlan {
  const targets = new DeletionTargets();
  for (const object of objects) {
    findDependentObjects({ reader, targets, pending: objects, skipExtensions: options.skipExtensions === true }, object, DEP.original);
  }
  const notice = report(reader, targets.list, behavior, objects.length === 1 ? objects[0] : undefined);
  const list = options.skipOriginal === true ? targets.list.filter((t) => !(t.flags & DEP.original)) : targets.list;
  return { targets: list, notice: options.quietly === true ? undefined : notice };
}

function report(reader: CatalogReader, targets: readonly Target[], behavior: DropBehavior, original: ObjectAddress | undefined): DeletionPlan['notice'] {
  for (const t of targets) {
    if ((t.flags & DEP.isPart) && !(t.flags & DEP.partition)) {
      const other = t.dependee === undefined ? '' : describeObject(reader, t.dependee);
      throw new SqlError('2BP01', `cannot drop ${describeObject(reader, t.object)} because ${other} requires it`, { hint: `You can drop ${other} instead.` });
    }
  }
  const lines: string[] = [];
  let unreported = 0;
  for (let i = targets.length - 1; i >= 0; i--) {
    const t = targets[i]!;
    if (t.flags & (DEP.original | DEP.subobject | DEP.auto | DEP.internal | DEP.partition | DEP.extension)) continue;
    const text = objectDescription(reader, t.object);
    if (text === undefined) continue;
    if (lines.length >= REPORTED_MAX) {
      unreported++;
      continue;
    }
    lines.push(behavior === 'cascade' ? `drop cascades to ${text}` : `${text} depends on ${t.dependee === undefined ? '' : describeObject(reader, t.dependee)}`);
  }
  const detail = lines.join('\n') + (unreported === 0 ? '' : `\nand ${unreported} other ${unreported === 1 ? 'object' : 'objects'} (see server log for list)`);
  if (behavior === 'restrict') {
    if (lines.length === 0) return undefined;
    const hint = 'Use DROP ... CASCADE to drop the dependent objects too.';
    if (original !== undefined) throw new SqlError('2BP01', `cannot drop ${describeObject(reader, original)} because other objects depend on it`, { detail, hint });
    throw new SqlError('2BP01', 'cannot drop desired object(s) because other objects depend on them', { detail, hint });
  }
  const count = lines.length + unreported;
  if (lines.length === 0) return undefined;
  return lines.length === 1 && unreported === 0 ? { message: lines[0]! } : { message: `drop cascades to ${count} other ${count === 1 ? 'object' : 'objects'}`, detail };
}

/** Deletes what a plan lists. */
export function executeDeletion(writer: CatalogWriter, plan: DeletionPlan, hooks: DeletionHooks): void {
  if (plan.notice !== undefined) hooks.notice('NOTICE', '00000', plan.notice.message, plan.notice.detail);
  for (const t of plan.targets) deleteObject(writer, t.object, hooks);
}

export function performDeletion(writer: CatalogWriter, objects: readonly ObjectAddress[], behavior: DropBehavior, hooks: DeletionHooks, options: DeletionOptions = {}): void {
  executeDeletion(writer, planDeletion(writer, objects, behavior, options), hooks);
}
