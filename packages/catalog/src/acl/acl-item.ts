/**
 * aclitem: what one role may do with an object, as granted by another. `privileges` are ACL_* bits; `grantOptions` the
 * same bits for what it may grant on. grantee 0 is PUBLIC.
 */
import type { Oid } from '@pglitedb/types';

export class AclItem {
  constructor(readonly grantee: Oid, readonly grantor: Oid, readonly privileges: number, readonly grantOptions: number) {}
}

/** Bit of a privilege, its letter in aclitem's text, and its SQL name, in PostgreSQL's order. */
export const PRIVILEGES: readonly { readonly bit: number; readonly letter: string; readonly name: string }[] = [
  { bit: 1 << 0, letter: 'a', name: 'INSERT' },
  { bit: 1 << 1, letter: 'r', name: 'SELECT' },
  { bit: 1 << 2, letter: 'w', name: 'UPDATE' },
  { bit: 1 << 3, letter: 'd', name: 'DELETE' },
  { bit: 1 << 4, letter: 'D', name: 'TRUNCATE' },
  { bit: 1 << 5, letter: 'x', name: 'REFERENCES' },
  { bit: 1 << 6, letter: 't', name: 'TRIGGER' },
  { bit: 1 << 7, letter: 'X', name: 'EXECUTE' },
  { bit: 1 << 8, letter: 'U', name: 'USAGE' },
  { bit: 1 << 9, letter: 'C', name: 'CREATE' },
  { bit: 1 << 10, letter: 'T', name: 'TEMPORARY' },
  { bit: 1 << 11, letter: 'c', name: 'CONNECT' },
  { bit: 1 << 12, letter: 's', name: 'SET' },
  { bit: 1 << 13, letter: 'A', name: 'ALTER SYSTEM' },
  { bit: 1 << 14, letter: 'm', name: 'MAINTAIN' },
];

export const ACL = {
  INSERT: 1, SELECT: 2, UPDATE: 4, DELETE: 8, TRUNCATE: 16, REFERENCES: 32, TRIGGER: 64, EXECUTE: 128, USAGE: 256, CREATE: 512,
  CREATE_TEMP: 1024, CONNECT: 2048, SET: 4096, ALTER_SYSTEM: 8192, MAINTAIN: 16384,
} as const;

/** Kinds of objects with privileges: the letters of acldefault(). */
export type AclObjectKind = 'c' | 'r' | 's' | 'd' | 'f' | 'l' | 'L' | 'n' | 'p' | 't' | 'F' | 'S' | 'T';

/** Every privilege that an object of the kind has (ACL_ALL_RIGHTS_*), and what PUBLIC has by default. */
export const ACL_KINDS: Readonly<Record<AclObjectKind, { all: number; world: number }>> = {
  c: { all: ACL.INSERT | ACL.SELECT | ACL.UPDATE | ACL.REFERENCES, world: 0 },
  r: { all: ACL.INSERT | ACL.SELECT | ACL.UPDATE | ACL.DELETE | ACL.TRUNCATE | ACL.REFERENCES | ACL.TRIGGER | ACL.MAINTAIN, world: 0 },
  s: { all: ACL.USAGE | ACL.SELECT | ACL.UPDATE, world: 0 },
  d: { all: ACL.CREATE | ACL.CREATE_TEMP | ACL.CONNECT, world: ACL.CREATE_TEMP | ACL.CONNECT },
  f: { all: ACL.EXECUTE, world: ACL.EXECUTE },
  l: { all: ACL.USAGE, world: ACL.USAGE },
  L: { all: ACL.SELECT | ACL.UPDATE, world: 0 },
  n: { all: ACL.USAGE | ACL.CREATE, world: 0 },
  p: { all: ACL.SET | ACL.ALTER_SYSTEM, world: 0 },
  t: { all: ACL.CREATE, world: 0 },
  F: { all: ACL.USAGE, world: 0 },
  S: { all: ACL.USAGE, world: 0 },
  T: { all: ACL.USAGE, world: ACL.USAGE },
};

/** The privileges of an object whose acl column is NULL (acldefault). A column has none of its own. */
export function defaultAcl(kind: AclObjectKind, owner: Oid): AclItem[] {
  if (kind === 'c') return [];
  const { all, world } = ACL_KINDS[kind];
  const items: AclItem[] = [];
  if (world !== 0) items.push(new AclItem(0, owner, world, 0));
  items.push(new AclItem(owner, owner, all, 0));
  return items;
}

export function privilegeBit(name: string): number {
  const upper = name.trim().toUpperCase();
  const found = PRIVILEGES.find((p) => p.name === upper);
  if (found !== undefined) return found.bit;
  return upper === 'TEMP' ? ACL.CREATE_TEMP : 0;
}
