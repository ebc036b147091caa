import './expr-basic.js';
import './expr-call.js';
import './expr-structure.js';
import './expr-json.js';
import './expr-xml.js';
export * from './frame.js';
export { ExprCompiler, compileQual, sync, constant, defineHandlers, type CompileEnv, type VarPlace } from './compiler.js';
export { compileCall } from './expr-call.js';
