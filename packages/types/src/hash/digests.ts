/** md5, sha224 … sha512, crc32 and crc32c. */
import { createHash } from 'node:crypto';
import { defineFunctions } from '../function-impl.js';
import { utf8 } from '../any/utf8.js';

const digest = (algorithm: string) => (b: Uint8Array): Uint8Array => new Uint8Array(createHash(algorithm).update(b).digest());
const md5Hex = (b: Uint8Array): string => createHash('md5').update(b).digest('hex');

/** Table of a reflected CRC-32 polynomial. */
function crcTable(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ polynomial : c >>> 1;
    return c;
  });
}

const crc = (polynomial: number) => {
  const table = crcTable(polynomial);
  return (bytes: Uint8Array): number => {
    let c = 0xffffffff;
    for (const x of bytes) c = table[(c ^ x) & 0xff]! ^ (c >>> 8);
    return (c ^ 0xffffffff) >>> 0;
  };
};

defineFunctions({
  md5_text: (s: string) => md5Hex(utf8(s)),
  md5_bytea: md5Hex,
  sha224_bytea: digest('sha224'),
  sha256_bytea: digest('sha256'),
  sha384_bytea: digest('sha384'),
  sha512_bytea: digest('sha512'),
  crc32_bytea: crc(0xedb88320),
  crc32c_bytea: crc(0x82f63b78),
});
