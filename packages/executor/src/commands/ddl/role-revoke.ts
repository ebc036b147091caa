/**
 * Which grants of a role's membership fall with one: a member that loses its last ADMIN OPTION takes along what it granted
 * (user.c's plan_single_revoke and plan_recursive_revoke). RESTRICT refuses that.
 */
import type { CatalogRow } from '@pglitedb/catalog';
import { SqlError, type Oid } from '@pglitedb/types';

type Grant = CatalogRow<'pg_auth_members'>;
export type RevokeAction = 'none' | 'admin' | 'all';

export class RevokePlan {
  readonly actions: RevokeAction[];
  constructor(readonly grants: readonly Grant[]) { this.actions = grants.map(() => 'none'); }

  /** Takes the grant itself, or only its ADMIN OPTION. */
  revoke(index: number, adminOnly: boolean, cascade: boolean): void {
    const action = this.actions[index]!;
    if (action === 'all' || (action === 'admin' && adminOnly)) return;
    const g = this.grants[index]!;
    const loses = g.admin_option && action === 'none';
    this.actions[index] = adminOnly ? 'admin' : 'all';
    if (!loses || this.hasAdmin(g.member)) return;
    this.grants.forEach((other, k) => {
      if (other.grantor !== g.member || this.actions[k] === 'all') return;
      if (!cascade) throw new SqlError('2BP01', 'dependent privileges exist', { hint: 'Use CASCADE to revoke them too.' });
      this.revoke(k, false, true);
    });
  }
  /** Takes every grant to the member. */
  revokeMember(member: Oid): void {
    this.grants.forEach((g, k) => { if (g.member === member) this.revoke(k, false, true); });
  }
  /** Whether some grant that stays gives the role ADMIN OPTION. */
  hasAdmin(member: Oid): boolean { return this.grants.some((g, k) => g.member === member && g.admin_option && this.actions[k] === 'none'); }
}
