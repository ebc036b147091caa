/** Registers every DDL command. */
import './alter-columns.js';
import './alter-constraints.js';
import './alter-misc.js';
import './alter-sequence.js';
import './alter-table.js';
import './alter-type.js';
import './change-owner.js';
import './create-function.js';
import './create-table.js';
import './create-table-as.js';
import './create-trigger.js';
import './drop.js';
import './key-constraint.js';
import './schema.js';
import './sequence.js';
import './view.js';
