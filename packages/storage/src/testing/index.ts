/** @pglitedb/storage/testing: for authors of engines. Needs jest and fast-check. */
export { storageEngineConformance, type EngineUnderTest } from './conformance.js';
export { SimDisk, SimCrash, type SimDiskOptions } from './sim-disk.js';
