/** What DDL commands share with functions: addresses of objects, their descriptions and identities, chosen names. */
export { CLASS, address, sameAddress, isPinned, type ObjectAddress } from './object-address.js';
export { objectDescription, describeObject, relationDescription } from './object-description.js';
export { objectIdentity, type ObjectIdentity } from './object-identity.js';
export { objectAddressParts, type ObjectParts } from './object-parts.js';
export { makeObjectName } from './choose-name.js';
