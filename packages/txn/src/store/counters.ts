/**
 * Numbers that are never given out twice: oids, relation files, transaction ids. They are reserved in blocks by a log
 * record that precedes any commit that could use them, so it needs no sync of its own.
 */
import type { StorageEngine } from '@pglitedb/storage';
import type { Oid } from '@pglitedb/types';
import { REC } from '../log/records.js';
import { RedoBuffer } from '../log/redo-buffer.js';

export const FIRST_XID = 750;
/** FirstNormalObjectId. */
export const FIRST_OID = 16384;
const OID_LIMIT = 2 ** 32;
const BLOCK = 8192;

export class Counters {
  xid = FIRST_XID;
  oid = FIRST_OID;
  relfile = FIRST_OID;
  /** Reserved: nothing at or above these has been given out. */
  private xidLimit = 0;
  private oidLimit = 0;
  private relfileLimit = 0;
  private readonly record = new RedoBuffer();

  constructor(private readonly engine: StorageEngine) {}

  peekXid(): number {
    return this.xid;
  }

  nextXid(): number {
    if (this.xid >= this.xidLimit) this.reserve(BLOCK, 0, 0);
    return this.xid++;
  }

  nextOid(): Oid {
    if (this.oid >= this.oidLimit) {
      if (this.oid >= OID_LIMIT) this.oid = FIRST_OID;
      this.reserve(0, BLOCK, 0);
    }
    return this.oid++ as Oid;
  }

  nextRelfile(): number {
    if (this.relfile >= this.relfileLimit) this.reserve(0, 0, BLOCK);
    return this.relfile++;
  }

  /** Numbers up to and including it were chosen elsewhere (the initial catalogs). */
  usedRelfile(relfile: number): void {
    if (relfile >= this.relfile) {
      this.relfile = relfile + 1;
      if (this.relfile > this.relfileLimit) this.reserve(0, 0, BLOCK);
    }
  }

  private reserve(xids: number, oids: number, relfiles: number): void {
    if (xids > 0) this.xidLimit = this.xid + xids;
    if (oids > 0) this.oidLimit = this.oid + oids;
    if (relfiles > 0) this.relfileLimit = this.relfile + relfiles;
    this.record.length = 0;
    this.record.u8(REC.counters);
    for (const limit of this.limits()) this.record.varint(limit);
    this.engine.append(this.record.view());
  }

  /** xid, oid, relfile: what a restart continues with. */
  limits(): readonly [number, number, number] {
    return [Math.max(this.xid, this.xidLimit), Math.max(this.oid, this.oidLimit), Math.max(this.relfile, this.relfileLimit)];
  }

  restore(xid: number, oid: number, relfile: number): void {
    this.xid = this.xidLimit = xid;
    this.oid = this.oidLimit = oid;
    this.relfile = this.relfileLimit = relfile;
  }

  /** At a clean close nothing needs to be skipped. */
  exact(): readonly [number, number, number] {
    return [this.xid, this.oid, this.relfile];
  }
}
