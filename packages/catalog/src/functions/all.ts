/** Loads every catalog function, so that it is registered. */
import './names.js';
import './acl.js';
import './privileges.js';
import './relations.js';
import './describe.js';
import './updatable.js';
import './index-properties.js';
import './options.js';
