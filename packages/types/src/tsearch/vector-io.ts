/** tsvector's text and binary forms. */
import { SqlError } from '../errors.js';
import { ByteReader, ByteWriter } from '../any/bytes.js';
import { utf8Length } from '../any/utf8.js';
import { compareCodePoints } from '../text/collation.js';
import { LexemeScanner } from './lexeme-scan.js';
import { checkVectorSize, LEXEME_MAX, makeVector, NO_POSITIONS, positionOf, TsVector, VECTOR_MAX, WEIGHTS, weightOf, type Lexeme } from './value.js';

export function parseVector(text: string): TsVector {
  const scan = new LexemeScanner(text, 'vector');
  const words: Lexeme[] = [];
  let bytes = 0;
  while (scan.next()) {
    const length = utf8Length(scan.word);
    if (length > LEXEME_MAX) throw new SqlError('54000', `word is too long (${length} bytes, max ${LEXEME_MAX} bytes)`);
    if (bytes > VECTOR_MAX) throw new SqlError('54000', `string is too long for tsvector (${bytes} bytes, max ${VECTOR_MAX} bytes)`);
    bytes += length;
    words.push({ word: scan.word, positions: scan.positions });
  }
  return makeVector(words);
}

export const quoteLexeme = (word: string): string => `'${word.replace(/['\\]/g, '$&$&')}'`;

const formatPosition = (p: number): string => `${positionOf(p)}${weightOf(p) > 0 ? WEIGHTS[weightOf(p)]! : ''}`;

export function formatVector(v: TsVector): string {
  return v.lexemes.map((l) => quoteLexeme(l.word) + (l.positions.length > 0 ? `:${l.positions.map(formatPosition).join(',')}` : '')).join(' ');
}

export function sendVector(v: TsVector): Uint8Array {
  const w = new ByteWriter(64);
  w.i32(v.lexemes.length);
  for (const l of v.lexemes) {
    w.text(l.word);
    w.u8(0);
    w.i16(l.positions.length);
    for (const p of l.positions) w.i16(p > 0x7fff ? p - 0x10000 : p);
  }
  return w.done();
}

/** A zero-terminated string. */
export function readCString(r: ByteReader): string {
  const end = r.bytes.indexOf(0, r.at);
  if (end < 0) throw new SqlError('08P01', 'invalid string in message');
  const s = r.text(end - r.at);
  r.at = end + 1;
  return s;
}

export function receiveVector(b: Uint8Array): TsVector {
  const r = new ByteReader(b);
  const count = r.i32();
  if (count < 0 || count > b.length) throw new SqlError('XX000', 'invalid size of tsvector');
  const lexemes: Lexeme[] = [];
  let sorted = true;
  for (let i = 0; i < count; i++) {
    const word = readCString(r);
    const n = r.i16();
    if (utf8Length(word) > LEXEME_MAX) throw new SqlError('XX000', 'invalid tsvector: lexeme too long');
    if (n < 0 || n > 256) throw new SqlError('XX000', 'unexpected number of tsvector positions');
    const positions: number[] = [];
    for (let k = 0; k < n; k++) {
      const p = r.i16() & 0xffff;
      if (k > 0 && positionOf(p) <= positionOf(positions[k - 1]!)) throw new SqlError('XX000', 'position information is misordered');
      positions.push(p);
    }
    if (i > 0) sorted &&= compareCodePoints(lexemes[i - 1]!.word, word) < 0;
    lexemes.push({ word, positions: n > 0 ? positions : NO_POSITIONS });
  }
  if (!sorted) return makeVector(lexemes);
  const v = new TsVector(lexemes);
  checkVectorSize(v);
  return v;
}
