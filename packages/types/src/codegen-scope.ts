/**
 * What the `js` templates of FunctionImpl may name: generated code receives these as parameters of its factory, by
 * these names (`new Function(...Object.keys(codegenScope), body)(...Object.values(codegenScope))`).
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export const codegenScope: Record<string, (...args: any[]) => any> = {};

/** Adds helpers to the scope. Names start with `$`. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export function defineCodegenHelpers(helpers: Readonly<Record<string, (...args: any[]) => any>>): void {
  for (const [name, f] of Object.entries(helpers)) {
    if (name in codegenScope) throw new Error(`codegen helper ${name} is defined twice`);
    codegenScope[name] = f;
  }
}
