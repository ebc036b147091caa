/** pglitedb: PostgreSQL 18 as a TypeScript library. */
import './session/commands.js';
import './session/commands-database.js';
export { PGliteDB, type OpenOptions } from './api/pglitedb.js';
export { PGliteSession, type QueryOptions, type DescribeQueryResult } from './api/session-api.js';
export type { Results, Field } from './api/results.js';
export { Cluster, type ClusterOptions } from './server/cluster.js';
export { engineOf, type HostAuth } from './server/engine.js';
export { SqlError } from '@pglitedb/types';
