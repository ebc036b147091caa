/** Registers the scalar and text types and their functions. */
import './bool/type.js';
import './int/types.js';
import './int/operators.js';
import './oid/type.js';
import './float/types.js';
import './float/operators.js';
import './text/types.js';
import './text/typmod.js';
import './text/operators.js';
import './char/type.js';
import './name/type.js';
import './bytea/type.js';
import './bytea/operators.js';
export { codegenScope, defineCodegenHelpers } from './codegen-scope.js';
export { setCollationProvider, collationOf, icuCollation, compareText, type Collation } from './text/collation.js';
export { charType, formatChar } from './char/type.js';
