/** Loads every type's folder, so that its types and functions are registered, and exports the value classes. */
export * from './scalars.js';
export * from './structured.js';
