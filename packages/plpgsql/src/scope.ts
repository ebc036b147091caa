/**
 * Names inside of a function: a chain of levels, one for each block, loop label and the function itself. A name is found
 * as PostgreSQL finds it: innermost level first, plain or behind the level's label.
 */
export interface ScopeItem { readonly dno: number; readonly kind: 'var' | 'rec' }
export interface Found extends ScopeItem { /** How many of the names were the variable's own. */ readonly used: number }

export class Scope {
  private readonly items = new Map<string, ScopeItem & { readonly index: number }>();
  constructor(readonly parent: Scope | undefined, readonly label: string | undefined, readonly labelKind: 'block' | 'loop' | 'other' = 'other') {}

  /** How many names there are now: what an expression at this place may see. */
  get size(): number { return this.items.size; }
  add(name: string, item: ScopeItem): void { this.items.set(name, { ...item, index: this.items.size }); }

  /** plpgsql_ns_lookup; localOnly looks at this level alone, where only the first `visible` names count. */
  lookup(names: readonly string[], localOnly = false, visible = Infinity): Found | undefined {
    for (let s: Scope | undefined = this; s !== undefined; s = localOnly ? undefined : s.parent) {
      const own = s.items.get(names[0]!);
      if (own !== undefined && (s !== this || own.index < visible) && (names.length === 1 || own.kind === 'rec')) return { ...own, used: 1 };
      if (names.length > 1 && s.label === names[0]) {
        const inner = s.items.get(names[1]!);
        if (inner !== undefined && (names.length === 2 || inner.kind === 'rec')) return { ...inner, used: 2 };
      }
    }
    return undefined;
  }
  findLabel(label: string): Scope | undefined {
    for (let s: Scope | undefined = this; s !== undefined; s = s.parent) if (s.label === label) return s;
    return undefined;
  }
  /** The innermost loop, for EXIT and CONTINUE without label. */
  innermostLoop(): Scope | undefined {
    for (let s: Scope | undefined = this; s !== undefined; s = s.parent) if (s.labelKind === 'loop') return s;
    return undefined;
  }
}
