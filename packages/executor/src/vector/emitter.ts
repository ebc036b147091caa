/**
 * Source of one generated function: lines, names, injected objects, and what the prologue reads once per batch.
 * Generated code sees nothing but the codegen scope of the types package and the objects injected here.
 */
import { codegenScope } from '@pglitedb/types';
import { Interner } from './key-maps.js';

/** A plan, expression or column that has no generated form: the general operators take it. */
export class NotVectorizable extends Error {}

export class Emitter {
  /** The interner of int8 keys is that of the whole fragment, so that both sides of a join agree. */
  constructor(readonly interner = new Interner()) {}

  private lines: string[] = [];
  private names = 0;
  private readonly injected = new Map<unknown, string>();
  /** Run once per call, before the loop, and after it. */
  readonly prologue: string[] = [];
  readonly epilogue: string[] = [];
  private readonly params = new Map<string, string>();

  name(prefix = 't'): string { return `${prefix}${this.names++}`; }
  line(text: string): void { this.lines.push(text); }

  /** The name under which the code sees an object. */
  inject(value: unknown): string {
    let name = this.injected.get(value);
    if (name === undefined) {
      name = this.name('k');
      this.injected.set(value, name);
    }
    return name;
  }

  /** A parameter of the run, read once per call: kind 'exec' or 'params'. */
  param(source: 'exec' | 'params', index: number): string {
    const key = `X.${source}[${index}]`;
    let name = this.params.get(key);
    if (name === undefined) {
      name = this.name('p');
      this.params.set(key, name);
      this.prologue.push(`const ${name} = ${key} ?? null;`);
    }
    return name;
  }

  /** Lines that `body` emits, taken out of the stream. */
  capture<T>(body: () => T): { lines: string[]; value: T } {
    const saved = this.lines;
    this.lines = [];
    try {
      const value = body();
      return { lines: this.lines, value };
    } finally {
      this.lines = saved;
    }
  }
  append(lines: readonly string[]): void { for (const l of lines) this.lines.push(l); }

  /** The function: `parameters` as in a parameter list, `loop` the text around the lines, where @ stands for them. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  finish(parameters: string, loop: string): (...args: any[]) => any {
    const [before, after] = loop.split('@');
    const body = ['"use strict";', `return function (${parameters}) {`, ...this.prologue, before, ...this.lines, after, ...this.epilogue, '};'].join('\n');
    const helpers = Object.entries(codegenScope);
    const names = [...helpers.map(([n]) => n), ...this.injected.values()];
    const values = [...helpers.map(([, f]) => f), ...this.injected.keys()];
    try {
      // eslint-disable-next-line @typescript-eslint/no-implied-eval
      return new Function(...names, body)(...values);
    } catch (error) {
      // Where the host forbids code from strings, everything runs in the general operators.
      if (error instanceof EvalError) throw new NotVectorizable('code from strings is forbidden here');
      throw error;
    }
  }
}
