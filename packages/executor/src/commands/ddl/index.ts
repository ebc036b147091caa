/** Registers every DDL command. */
import './create-function.js';
import './create-table.js';
import './create-table-as.js';
import './create-trigger.js';
import './drop.js';
import './key-constraint.js';
import './schema.js';
import './sequence.js';
import './view.js';
