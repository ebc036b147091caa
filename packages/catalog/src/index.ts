export type * from './api.js';
export type * from './rows.js';
