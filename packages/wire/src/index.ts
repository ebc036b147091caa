/** PostgreSQL's frontend/backend protocol 3.0 to 3.2: a server over the session port. */
export type * from './session-port.js';
export { createServer, type Server, type ServerAddress, type ServerOptions, type ListenOptions } from './server.js';
export { scramVerifier } from './scram.js';
