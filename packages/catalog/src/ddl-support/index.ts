/** What DDL commands share: dependencies, dropping, descriptions, acl changes and chosen names. */
export { CLASS, address, sameAddress, isPinned, type ObjectAddress } from './object-address.js';
export { objectDescription, describeObject, relationDescription } from './object-description.js';
export { objectIdentity, type ObjectIdentity } from './object-identity.js';
export * from './dependency.js';
export { performDeletion, planDeletion, executeDeletion, type DropBehavior, type DeletionOptions, type DeletionPlan } from './deletion.js';
export { deleteObject, dropAttribute, forgetObject, type DeletionHooks } from './delete-object.js';
export { expressionReferences, recordDependencyOnExpr, recordDependencyOnSingleRelExpr } from './expression-dependencies.js';
export { changeAcl, changeAclOwner, selectBestGrantor, type GrantChange } from './acl-grant.js';
export * from './choose-name.js';
export { sharedDependencyDetail } from './roles.js';
