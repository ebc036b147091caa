/**
 * The compiled grammar of libpg-query and its three calls. Its own wrapper compiles the module asynchronously, on threads
 * of whose memory the process keeps some 5 MB; functions are compiled when first called anyway, so compiling in place is
 * no slower and takes none of it.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** What libpg-query's module has of emscripten's runtime and of its own; pointers are byte addresses in its memory. */
interface Grammar {
  lengthBytesUTF8(text: string): number;
  stringToUTF8(text: string, pointer: number, size: number): void;
  UTF8ToString(pointer: number): string;
  getValue(pointer: number, type: 'i32'): number;
  _malloc(size: number): number;
  _free(pointer: number): void;
  _wasm_parse_query_raw(query: number): number;
  _wasm_free_parse_result(result: number): void;
  _wasm_parse_plpgsql(query: number): number;
  _wasm_free_string(text: number): void;
}

interface Options {
  instantiateWasm(imports: object, done: (instance: object) => void): void;
}

/** The part of the WebAssembly API that is used here; Node's types leave it to the browser's. */
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: { Module: new (bytes: Uint8Array) => object; Instance: new (module: object, imports: object) => object };
};

/** The grammar's own report: position in characters from 1, 0 where it has none. */
export class GrammarError extends Error {
  constructor(message: string, readonly position: number | undefined) {
    super(message);
  }
}

const require = createRequire(import.meta.url);
const load = require('libpg-query/wasm/libpg-query.js') as (options: Options) => Promise<Grammar>;

const grammar = await load({
  instantiateWasm: (imports, done) => {
    const module = new WebAssembly.Module(readFileSync(require.resolve('libpg-query/wasm/libpg-query.wasm')));
    done(new WebAssembly.Instance(module, imports));
  },
});

/** Calls `use` with the text in the module's memory. */
function withText<T>(text: string, use: (pointer: number) => T): T {
  const size = grammar.lengthBytesUTF8(text) + 1;
  const pointer = grammar._malloc(size);
  try {
    grammar.stringToUTF8(text, pointer, size);
    return use(pointer);
  } finally {
    grammar._free(pointer);
  }
}

/**
 * The parse tree of a text, as the grammar's JSON has it.
 * @throws GrammarError where the text is not SQL.
 */
export const parseTree = (sql: string): unknown => withText(sql, (query) => {
  const result = grammar._wasm_parse_query_raw(query);
  if (result === 0) throw new GrammarError('out of memory', undefined);
  try {
    const [tree, , error] = [0, 4, 8].map((offset) => grammar.getValue(result + offset, 'i32')) as [number, number, number];
    if (error !== 0) throw new GrammarError(grammar.UTF8ToString(grammar.getValue(error, 'i32')), Math.max(grammar.getValue(error + 16, 'i32'), 1));
    return JSON.parse(grammar.UTF8ToString(tree));
  } finally {
    grammar._wasm_free_parse_result(result);
  }
});

/** The trees of the function bodies in a text, as the grammar's JSON has them; what is not JSON is its error. */
export const parsePlpgsqlTree = (createFunction: string): unknown => withText(createFunction, (query) => {
  const result = grammar._wasm_parse_plpgsql(query);
  try {
    const text = grammar.UTF8ToString(result);
    if (!text.startsWith('{')) throw new GrammarError(text, undefined);
    return JSON.parse(text);
  } finally {
    grammar._wasm_free_string(result);
  }
});
