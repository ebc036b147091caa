/** LIKE and ILIKE operators of text, name, bpchar and bytea, and the ESCAPE clause. */
import { defineFunctions, notBytes, type BuiltinFn, type ByteTest, type CallContext } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { collationOf } from '../text/collation.js';
import { lowerText } from '../text/case-mapping.js';
import { byteLikeTest } from './byte-matcher.js';
import { likeEscape, likeMatcher, type LikeMatcher } from './matcher.js';

interface Cached { pattern: string; match: LikeMatcher }

/** The matcher, kept with the expression while the pattern stays the same. */
function matcherFor(pattern: string, ctx: CallContext): LikeMatcher {
  const kept = ctx.cache as Cached | undefined;
  if (kept !== undefined && kept.pattern === pattern) return kept.match;
  const match = likeMatcher(pattern);
  ctx.cache = { pattern, match } satisfies Cached;
  return match;
}

function like(s: string, pattern: string, ctx: CallContext): boolean {
  if (ctx.collation !== 0 && !collationOf(ctx.collation).deterministic) {
    throw new SqlError('0A000', 'nondeterministic collations are not supported for LIKE');
  }
  return matcherFor(pattern, ctx)(s);
}

function ilike(s: string, pattern: string, ctx: CallContext): boolean {
  if (ctx.collation === 0) {
    throw new SqlError('42P22', 'could not determine which collation to use for ILIKE', {
      hint: 'Use the COLLATE clause to set the collation explicitly.',
    });
  }
  if (!collationOf(ctx.collation).deterministic) {
    throw new SqlError('0A000', 'nondeterministic collations are not supported for ILIKE');
  }
  return matcherFor(lowerText(pattern, ctx.collation), ctx)(lowerText(s, ctx.collation));
}

const latin1 = (b: Uint8Array): string => Buffer.from(b.buffer, b.byteOffset, b.length).toString('latin1');
const byteLike = (b: Uint8Array, p: Uint8Array): boolean => likeMatcher(latin1(p))(latin1(b));

const likeBytes = (pattern: string, ctx: CallContext): ByteTest | undefined => (ctx.collation !== 0 && !collationOf(ctx.collation).deterministic ? undefined : byteLikeTest(pattern));

const not = (f: BuiltinFn): BuiltinFn => (a, b, ctx) => !f(a, b, ctx);

defineFunctions({
  textlike: { fn: like, bytes: likeBytes },
  textnlike: { fn: not(like), bytes: (p, ctx) => notBytes(likeBytes(p, ctx)) },
  namelike: like,
  namenlike: not(like),
  texticlike: ilike,
  texticnlike: not(ilike),
  nameiclike: ilike,
  nameicnlike: not(ilike),
  bytealike: byteLike,
  byteanlike: not(byteLike),
  like_escape: (p: string, e: string) => likeEscape(p, e),
  like_escape_bytea: (p: Uint8Array, e: Uint8Array) => Uint8Array.from(Buffer.from(likeEscape(latin1(p), latin1(e)), 'latin1')),
});
