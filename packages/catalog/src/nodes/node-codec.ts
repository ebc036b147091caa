/**
 * pg_node_tree: analysed expressions and queries as text. JSON with these escapes, each an object with one key that no
 * node has: {"$v": [type, base64]} a Const's value through its type's send, {"$s": […]} a Set, {"$u": 1} undefined in
 * an array. Trees that came from a real PostgreSQL are {"sql": text}: whoever needs them analyses the text.
 */
import type { Datum, TypeEnv } from '@pglitedb/types';

interface ConstLike { kind: 'Const'; consttype: number; constvalue: Datum }

const isConst = (n: unknown): n is ConstLike => typeof n === 'object' && n !== null && (n as { kind?: unknown }).kind === 'Const';

function plainConst(value: Datum): boolean {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0));
}

function encodeValue(node: unknown, env: TypeEnv | undefined): unknown {
  if (node === undefined) return { $u: 1 };
  if (node === null || typeof node !== 'object') {
    if (typeof node === 'number' && !Number.isFinite(node)) return { $n: String(node) };
    return typeof node === 'bigint' ? { $b: node.toString() } : node;
  }
  if (Array.isArray(node)) return node.map((e) => encodeValue(e, env));
  if (node instanceof Set) return { $s: [...node] };
  if (node instanceof Map) return { $m: [...node].map(([k, v]) => [k, encodeValue(v, env)]) };
  if (node instanceof Uint8Array) return { $y: Buffer.from(node).toString('base64') };
  const out: Record<string, unknown> = {};
  const constant = isConst(node);
  for (const [key, value] of Object.entries(node)) {
    if (value === undefined) continue;
    if (constant && key === 'constvalue' && !plainConst(value)) {
      if (env === undefined) throw new Error('encoding of a constant needs a type environment');
      out[key] = { $v: [node.consttype, Buffer.from(env.types.typeImpl(node.consttype).send(value, env)).toString('base64')] };
    } else out[key] = encodeValue(value, env);
  }
  return out;
}

/** Text of a node, for a pg_node_tree column. */
export function encodeNode(node: unknown, env?: TypeEnv): string {
  return JSON.stringify(encodeValue(node, env));
}

function decodeValue(node: unknown, env: TypeEnv | undefined): unknown {
  if (node === null || typeof node !== 'object') return node;
  if (Array.isArray(node)) {
    for (let i = 0; i < node.length; i++) node[i] = decodeValue(node[i], env);
    return node;
  }
  const o = node as Record<string, unknown>;
  if ('$u' in o) return undefined;
  if ('$n' in o) return Number(o.$n);
  if ('$b' in o) return BigInt(o.$b as string);
  if ('$s' in o) return new Set(o.$s as unknown[]);
  if ('$m' in o) return new Map((o.$m as [unknown, unknown][]).map(([k, v]) => [k, decodeValue(v, env)]));
  if ('$y' in o) return new Uint8Array(Buffer.from(o.$y as string, 'base64'));
  if ('$v' in o) {
    const [type, bytes] = o.$v as [number, string];
    if (env === undefined) throw new Error('decoding of a constant needs a type environment');
    return env.types.typeImpl(type).receive(new Uint8Array(Buffer.from(bytes, 'base64')), -1, env);
  }
  for (const key of Object.keys(o)) o[key] = decodeValue(o[key], env);
  return o;
}

/** The node that encodeNode made text of. Fields that were undefined are absent. */
export function decodeNode(text: string, env?: TypeEnv): unknown {
  return decodeValue(JSON.parse(text), env);
}
