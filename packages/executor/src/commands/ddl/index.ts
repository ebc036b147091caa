/** Registers every DDL command. */
import './create-table.js';
import './drop.js';
import './key-constraint.js';
import './sequence.js';
