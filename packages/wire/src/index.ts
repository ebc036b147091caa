export type * from './session-port.js';
