/** aclitem's text: grantee=letters/grantor, each letter followed by * where it may be granted on. */
import { SqlError, type TypeEnv } from '@pglitedb/types';
import { envReader } from '../env.js';
import { quoteIdentifier } from '../quote.js';
import { AclItem, PRIVILEGES } from './acl-item.js';

/** Roles are quoted only where they hold other characters than letters, digits and underscores. */
const quoteRole = (name: string): string => (/^[A-Za-z0-9_\u0080-\uffff]+$/.test(name) ? name : `"${name.replace(/"/g, '""')}"`);

function roleText(oid: number, env: TypeEnv): string {
  const role = envReader(env).syscache('AUTHOID', oid);
  return role === undefined ? String(oid) : quoteRole(role.rolname);
}

export function privilegeLetters(privileges: number, grantOptions: number): string {
  let out = '';
  for (const p of PRIVILEGES) {
    if (privileges & p.bit) out += p.letter;
    if (grantOptions & p.bit) out += '*';
  }
  return out;
}

export function formatAclItem(item: AclItem, env: TypeEnv): string {
  const grantee = item.grantee === 0 ? '' : roleText(item.grantee, env);
  return `${grantee}=${privilegeLetters(item.privileges, item.grantOptions)}/${roleText(item.grantor, env)}`;
}

function readRole(text: string, from: number): { name: string; at: number } {
  let at = from;
  let name = '';
  let quoted = false;
  for (; at < text.length; at++) {
    const c = text[at]!;
    if (c === '"') {
      if (quoted && text[at + 1] === '"') { name += '"'; at++; } else quoted = !quoted;
    } else if (quoted || /[A-Za-z0-9_\u0080-\uffff]/.test(c)) name += c;
    else break;
  }
  return { name, at };
}

function roleOid(name: string, env: TypeEnv): number {
  const role = envReader(env).syscache('AUTHNAME', name);
  if (role === undefined) throw new SqlError('42704', `role ${quoteIdentifier(name, true)} does not exist`);
  return role.oid;
}

export function parseAclItem(text: string, env: TypeEnv): AclItem {
  let word = readRole(text, /^\s*/.exec(text)![0].length);
  let { at } = word;
  if (text[at] !== '=') {
    // a leading keyword, "user" or "group"
    if (word.name !== 'group' && word.name !== 'user') {
      throw new SqlError('22P02', `unrecognized key word: "${word.name}"`, { hint: 'ACL key word must be "group" or "user".' });
    }
    word = readRole(text, at + /^\s*/.exec(text.slice(at))![0].length);
    at = word.at;
    if (word.name === '') throw new SqlError('22P02', 'missing name', { hint: 'A name must follow the "group" or "user" key word.' });
  }
  if (text[at] !== '=') throw new SqlError('22P02', 'missing "=" sign');
  let privileges = 0;
  let grantOptions = 0;
  let last = 0;
  for (at++; at < text.length && /[A-Za-z*]/.test(text[at]!); at++) {
    if (text[at] === '*') { grantOptions |= last; continue; }
    const p = PRIVILEGES.find((x) => x.letter === text[at]);
    if (p === undefined) throw new SqlError('22P02', `invalid mode character: must be one of "${PRIVILEGES.map((x) => x.letter).join('')}"`);
    last = p.bit;
    privileges |= last;
  }
  const grantee = word.name === '' ? 0 : roleOid(word.name, env);
  let grantor = 10;
  if (text[at] === '/') {
    const by = readRole(text, at + 1);
    if (by.name === '') throw new SqlError('22P02', 'a name must follow the "/" sign');
    grantor = roleOid(by.name, env);
    at = by.at;
  } else {
    env.notice('WARNING', '0L000', `defaulting grantor to user ID ${grantor}`);
  }
  if (text.slice(at).trim() !== '') throw new SqlError('22P02', 'extra garbage at the end of the ACL specification');
  return new AclItem(grantee, grantor, privileges, grantOptions);
}
