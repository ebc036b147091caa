/** name: an identifier, cut to 63 bytes at a character boundary. */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { defineBaseType } from '../any/text-io.js';
import { clipUtf8, textSortKey, utf8 } from '../any/utf8.js';
import { compareCodePoints } from '../text/collation.js';
import { textFromBytes } from '../text/types.js';

/** NAMEDATALEN - 1 */
export const NAME_BYTES_MAX = 63;

export const nameType = defineBaseType({
  oid: 19, name: 'name', physical: 'text', len: 64,
  parse: (text) => clipUtf8(text, NAME_BYTES_MAX),
  format: (v: string) => v,
  send: (v: string) => utf8(v),
  receive: (b) => {
    if (b.length > NAME_BYTES_MAX) {
      throw new SqlError('42622', 'identifier too long', { detail: 'Identifier must be less than 64 characters.' });
    }
    return textFromBytes(b);
  },
  compare: compareCodePoints,
  hashKey: (v: string) => v,
  sortKey: textSortKey,
}, ['namein', 'nameout', 'namerecv', 'namesend']);

defineFunctions({
  nameconcatoid: (name: string, oid: number) => {
    const suffix = `_${oid}`;
    return clipUtf8(name, NAME_BYTES_MAX - suffix.length) + suffix;
  },
});
