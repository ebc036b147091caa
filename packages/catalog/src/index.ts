/** @pglitedb/catalog: see README.md for the files in reading order. */
export type * from './api.js';
export type * from './rows.js';
export { SYSCACHES, type CacheId, type CacheRow } from './cache/syscache-ids.js';
export { openCatalog, Catalog, type DomainChecker } from './catalog.js';
export { openCluster, type OpenCluster } from './open-cluster.js';
export { makeClusterImage, installClusterImage } from './store/cluster-image.js';
export { bootstrapCluster } from './store/bootstrap.js';
export { FIRST_DATABASE } from './store/files.js';
export { initialSettings, type SettingDescription } from './store/initial-data.js';
export { encodeNode, decodeNode } from './nodes/node-codec.js';
export { envReader } from './env.js';
export { quoteIdentifier, quoteQualified, quoteLiteral, splitQualifiedName, readIdentifierList, truncateIdentifier } from './quote.js';
export { AclItem, ACL, PRIVILEGES, defaultAcl, privilegeBit, type AclObjectKind } from './acl/acl-item.js';
export { hasPrivilege, hasPrivilegesOfRole, isMemberOfRole, isSuperuser, rolesOf, aclMask } from './acl/acl-check.js';
export { formatType } from './types/format-type.js';
export { lookupTypeName, typmodOf } from './types/type-name.js';
import './functions/all.js';
export { detachedEnv } from './types/detached-env.js';
