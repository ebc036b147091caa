/** How much memory an operator may take before it goes to temporary files. */
import type { SessionIdentity } from '../context.js';

const KB = 1024;
/** Columns of generated code are typed arrays over large inputs: they get more before they go to disk. */
const VECTOR_FACTOR = 64;

/** work_mem in bytes. */
export function sortMemory(session: Pick<SessionIdentity, 'setting'>): number { return Number(session.setting('work_mem') ?? 4096) * KB; }
/** work_mem times hash_mem_multiplier, in bytes. */
export function hashMemory(session: Pick<SessionIdentity, 'setting'>): number { return sortMemory(session) * Number(session.setting('hash_mem_multiplier') ?? 2); }
/** The limit of a build side in generated code; larger ones are joined by the general operator, which can put them aside. */
export function vectorHashMemory(session: Pick<SessionIdentity, 'setting'>): number { return hashMemory(session) * VECTOR_FACTOR; }
/** The limit of a sort in generated code. */
export function vectorSortMemory(session: Pick<SessionIdentity, 'setting'>): number { return sortMemory(session) * VECTOR_FACTOR; }
