/** TypeImpls of tsvector and tsquery, and the vectors that GiST keeps (gtsvector), which has no input. */
import { SqlError } from '../errors.js';
import { compareCodePoints } from '../text/collation.js';
import { defineType } from '../type-registry.js';
import { defineFunctions } from '../function-impl.js';
import type { TypeImpl } from '../type-impl.js';
import { comparisons, orderNames } from '../any/comparison.js';
import { defineBaseType } from '../any/text-io.js';
import { formatQuery, parseLiteralQuery, receiveQuery, sendQuery } from './query-io.js';
import { compareQueries } from './query-tree.js';
import { compareVectors, type TsQuery, type TsVector } from './value.js';
import { formatVector, parseVector, receiveVector, sendVector } from './vector-io.js';

export const TSVECTOR_OID = 3614;
export const TSQUERY_OID = 3615;

export const tsvectorType: TypeImpl = defineBaseType({
  oid: TSVECTOR_OID, name: 'tsvector', physical: 'bytes', len: -1,
  parse: (text) => parseVector(text),
  format: (v: TsVector) => formatVector(v),
  send: (v: TsVector) => sendVector(v),
  receive: (b) => receiveVector(b),
  encode: sendVector,
  decode: receiveVector,
  compare: compareVectors,
  hashKey: (v: TsVector) => formatVector(v),
}, ['tsvectorin', 'tsvectorout', 'tsvectorrecv', 'tsvectorsend']);

export const tsqueryType: TypeImpl = defineBaseType({
  oid: TSQUERY_OID, name: 'tsquery', physical: 'bytes', len: -1,
  parse: (text, _typmod, env) => parseLiteralQuery(text, (message) => env.notice('NOTICE', '00000', message)),
  format: (q: TsQuery) => formatQuery(q),
  send: (q: TsQuery) => sendQuery(q),
  receive: (b) => receiveQuery(b),
  encode: sendQuery,
  decode: receiveQuery,
  compare: compareQueries,
}, ['tsqueryin', 'tsqueryout', 'tsqueryrecv', 'tsquerysend']);

const noInput = (): never => { throw new SqlError('0A000', 'cannot accept a value of type gtsvector'); };
defineType({
  oid: 3642, name: 'gtsvector', physical: 'bytes', len: -1, parse: noInput, format: () => '', send: () => new Uint8Array(0),
  receive: () => { throw new SqlError('42883', 'no binary input function available for type gtsvector'); },
});

defineFunctions({
  ...comparisons(compareVectors, orderNames('tsvector_', { cmp: 'tsvector_cmp' })),
  ...comparisons(compareQueries, orderNames('tsquery_', { cmp: 'tsquery_cmp' })),
  gtsvectorin: noInput,
});

/** GIN's order of lexemes and of jsonb's keys. */
defineFunctions({ gin_cmp_tslexeme: compareCodePoints, gin_compare_jsonb: compareCodePoints });
