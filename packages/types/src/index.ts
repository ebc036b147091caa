export type { Brand, Oid } from './brand.js';
export { SqlError, AssertionError, assert, notImplemented, type ErrorFields } from './errors.js';
export type { Datum } from './datum.js';
export type { TypeImpl, TypeEnv, TypeInfo, TypeResolver, FieldInfo, Physical } from './type-impl.js';
export { defineFunctions, builtinFunction, builtinFunctionNames, type FunctionImpl, type ByteTest, type BuiltinFn, type CallContext } from './function-impl.js';
export { defineType, baseType } from './type-registry.js';
export * from './all.js';
