/**
 * Arguments by type: the edges of each, and random ones. Values are texts for the type's input function; a value that the
 * input refuses is a test of that refusal.
 */
const digits = (r, n) => Array.from({ length: n }, () => r.below(10)).join('').replace(/^0+(?=\d)/, '');
const signed = (r, text) => (r.chance(0.4) ? `-${text}` : text);
const integer = (bits) => (r) => signed(r, String(BigInt.asUintN(bits - 1, BigInt(digits(r, r.range(1, bits > 32 ? 18 : bits > 16 ? 9 : 4))))));
const pad2 = (n) => String(n).padStart(2, '0');
const pieces = ['a', 'b', 'ab', 'A', 'Z', ' ', '  ', '0', '1', '9', '_', '%', '\\', '.', ',', '-', '+', '(', ')', '[', ']', '*', '?', '^', '$', '|', '{', '}', '"', "'", 'é', 'e\u0301', 'ß', 'Ω', 'ω', 'ς', 'İ', 'ı', '中', '文', '😀', '\u200d', '\t', '\n', 'ﬁ', 'Ǆ', 'ạ\u0323', '가', '\u1100\u1161', '/', ':', ';', '@', '#', '~', 'null', 'NULL', 'true'];
const words = (r) => Array.from({ length: r.below(7) }, () => r.pick(pieces)).join('');
const date = (r) => `${r.pick([r.range(1900, 2100), r.range(1, 9999), r.range(1970, 2030)])}`.padStart(4, '0') + `-${pad2(r.range(1, 12))}-${pad2(r.range(1, 28))}`;
const time = (r) => `${pad2(r.range(0, 23))}:${pad2(r.range(0, 59))}:${pad2(r.range(0, 59))}${r.chance(0.5) ? `.${digits(r, r.range(1, 6))}` : ''}`;
const zone = (r) => r.pick(['', '+00', '-08', '+05:30', ' UTC', ' America/New_York', ' Europe/Berlin', ' PST', ' PDT', '+14', '-12:34:56', ' Asia/Kolkata', ' EST5EDT', ' Australia/Lord_Howe']);
const intervalText = (r) => Array.from({ length: r.range(1, 3) }, () => signed(r, `${r.pick([r.below(10), r.below(1000), `${r.below(100)}.${r.below(100)}`])} ${r.pick(['years', 'mons', 'weeks', 'days', 'hours', 'mins', 'secs', 'milliseconds', 'decades'])}`)).join(' ');
const hex = (r, n) => Array.from({ length: n }, () => r.below(16).toString(16)).join('');
const bits = (r) => Array.from({ length: r.pick([0, 1, 3, 8, 9, 16, 31, 32, 33, 64, 65]) }, () => r.below(2)).join('');
const float = (r) => signed(r, r.pick([`${r.below(100)}.${r.below(1000)}`, `${digits(r, 3)}e${r.range(-30, 30)}`, `0.${digits(r, 15)}`, String(r.below(1e6)), `${digits(r, 17)}e${r.range(-40, 20)}`]));
const numeric = (r) => signed(r, r.pick([digits(r, r.range(1, 40)), `${digits(r, r.range(1, 20))}.${digits(r, r.range(1, 25))}`, `0.${'0'.repeat(r.below(20))}${digits(r, 5)}`, `${digits(r, 3)}e${r.range(-20, 20)}`, String(r.below(1000)), `${r.below(1000)}.${digits(r, 2)}`]));
const transitions = ['2024-03-10 02:30:00', '2024-11-03 01:30:00', '2023-03-26 02:30:00', '2023-10-29 02:30:00', '2011-12-30 12:00:00', '1883-11-18 12:03:57', '2016-12-31 23:59:60', '1900-02-28 23:59:59.999999', '2000-02-29 00:00:00', '1999-12-31 24:00:00'];
const timestamps = ['infinity', '-infinity', 'epoch', '4714-11-24 00:00:00 BC', '294276-12-31 23:59:59.999999', '0001-01-01 00:00:00 BC', '0001-01-01', '2000-01-01', ...transitions];

/** Type name as in pg_type -> { edges, random }. */
export const values = {
  bool: { edges: ['t', 'f'], random: (r) => r.pick(['t', 'f', 'yes', 'off', '1', ' TRUE ']) },
  int2: { edges: ['0', '1', '-1', '2', '7', '32767', '-32768'], random: integer(16) },
  int4: { edges: ['0', '1', '-1', '2', '3', '5', '10', '31', '32', '64', '2147483647', '-2147483648', '100'], random: (r) => (r.chance(0.5) ? String(r.range(-20, 70)) : integer(32)(r)) },
  int8: { edges: ['0', '1', '-1', '3', '63', '64', '9223372036854775807', '-9223372036854775808', '4294967296', '9007199254740993', '2147483648'], random: (r) => (r.chance(0.3) ? String(r.range(-20, 70)) : integer(64)(r)) },
  oid: { edges: ['0', '1', '25', '23', '4294967295', '1259'], random: (r) => String(r.below(4294967296)) },
  xid: { edges: ['0', '1', '2', '3', '4294967295'], random: (r) => String(r.below(4294967296)) },
  xid8: { edges: ['0', '3', '18446744073709551615', '4294967296'], random: (r) => digits(r, r.range(1, 19)) },
  cid: { edges: ['0', '1', '4294967295'], random: (r) => String(r.below(1000)) },
  tid: { edges: ['(0,0)', '(0,1)', '(4294967295,65535)'], random: (r) => `(${r.below(1000)},${r.below(300)})` },
  float4: { edges: ['0', '-0', '1', '-1', 'NaN', 'Infinity', '-Infinity', '3.4028235e38', '1.17549435e-38', '1e-45', '0.5', '16777217'], random: (r) => float(r) },
  float8: { edges: ['0', '-0', '1', '-1', '0.5', '-0.5', '1.5', '2.5', 'NaN', 'Infinity', '-Infinity', '1.7976931348623157e308', '2.2250738585072014e-308', '5e-324', '9007199254740993', '1e-10', '30', '45', '60', '90', '180', '720', '100'], random: (r) => float(r) },
  numeric: { edges: ['0', '1', '-1', '0.5', '-0.5', '1.5', '2.5', '10', '100', 'NaN', 'Infinity', '-Infinity', '1e-20', '12345678901234567890.123456789', '99999999999999999999', '0.00', '1.000', '1e130', '1e-130', '-9223372036854775808', '9223372036854775807', '9999.9999', '10000'], random: numeric },
  money: { edges: ['0', '1.00', '-1.00', '92233720368547758.07', '-92233720368547758.08', '0.01', '12345.67'], random: (r) => signed(r, `${digits(r, r.range(1, 12))}.${pad2(r.below(100))}`) },
  text: { edges: ['', ' ', 'a', 'abc', 'ABC', 'Hello, World', 'aaa', 'foobarbaz', '%', '_', 'a%', '\\', '(', 'a|b', '^a', '[[:alpha:]]+', '(a)(b)?', 'e\u0301é', '😀', 'ﬁ', 'ÀÉ', 'UTF8', 'LATIN1', 'hex', 'base64', 'escape', 'NFC', 'g', 'i', '1', '123', 'YYYY-MM-DD', 'HH24:MI:SS', '999.99', 'day', 'month', 'year', 'hour', 'epoch', 'UTC', 'America/New_York', '$1', 'a\nb', '%s', '%I', '{1,2}', '2024-05-06', '12.34', 'true'], random: words },
  bpchar: { edges: ['', ' ', 'a', 'a  ', 'abc', ' b '], random: words },
  varchar: { edges: ['', 'a', 'abc ', 'ABC'], random: words },
  name: { edges: ['', 'a', 'abc', 'ABC', 'pg_class', 'x'.repeat(70)], random: words },
  char: { edges: ['', 'a', 'A', '\\377', '\\000', '0'], random: (r) => r.pick(pieces) },
  cstring: { edges: ['', 'a', '1', '-1', '2024-01-01', '1.5', '10:20', 't'], random: words },
  bytea: { edges: ['', '\\x', '\\x00', '\\xff', '\\x0001feff', 'abc', '\\x8000000000000000', '\\xdeadbeef', '\\xc3a9', '\\x12345678'], random: (r) => `\\x${hex(r, 2 * r.below(20))}` },
  bit: { edges: ['', '0', '1', '1010', '11111111', '10000000000000000000000000000000'], random: bits },
  varbit: { edges: ['', '0', '1', '1010', '111111111'], random: bits },
  uuid: { edges: ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '019535d9-3df7-79fb-b466-fa907fa17f9e', 'c232ab00-9414-11ec-b3c8-9f6bdeced846'], random: (r) => hex(r, 32) },
  pg_lsn: { edges: ['0/0', '0/1', 'FFFFFFFF/FFFFFFFF', '16/B374D848', '1/0'], random: (r) => `${hex(r, r.range(1, 8))}/${hex(r, r.range(1, 8))}` },
  pg_snapshot: { edges: ['1:1:', '10:20:10,14,15', '12:13:'], random: (r) => { const a = r.range(1, 50); return `${a}:${a + 10}:${a + 2},${a + 5}`; } },
  txid_snapshot: { edges: ['1:1:', '10:20:10,14,15', '12:13:'], random: (r) => { const a = r.range(1, 50); return `${a}:${a + 10}:${a + 2},${a + 5}`; } },
  date: { edges: ['infinity', '-infinity', '2000-01-01', '4714-11-24 BC', '5874897-12-31', '2024-02-29', '0001-01-01 BC', '1582-10-15', '2024-03-10', '1999-01-03', '2020-12-31', '2021-01-03'], random: date },
  time: { edges: ['00:00:00', '24:00:00', '23:59:59.999999', '12:00', '02:30:00'], random: time },
  timetz: { edges: ['00:00:00+00', '24:00:00-08', '23:59:59.999999+15:59:59', '12:00-07', '02:30:00+01'], random: (r) => time(r) + r.pick(['+00', '-08', '+05:30', '-12:34:56', '']) },
  timestamp: { edges: timestamps, random: (r) => `${date(r)} ${time(r)}` },
  timestamptz: { edges: [...timestamps, '2024-03-10 01:59:59 America/New_York', '2024-11-03 01:30:00 EDT', '2024-11-03 01:30:00 EST'], random: (r) => `${date(r)} ${time(r)}${zone(r)}` },
  interval: { edges: ['0', '1 day', '-1 day', '1 mon', '1 year 2 mons 3 days 04:05:06.789', 'infinity', '-infinity', '178000000 years', '1 mon -1 day', '-1 mon +30 days 24:00:00', '00:00:00.000001', '36:00:00', '30 days', 'P1Y2M3DT4H5M6S'], random: intervalText },
  rainbow: { edges: ['red', 'orange', 'violet', 'green'], random: (r) => r.pick(['red', 'orange', 'yellow', 'green', 'blue', 'violet', 'black']) },
  json: { edges: ['null', '1', '"a"', '[]', '{}', '{"a": 1, "b": [1, 2, {"c": null}]}', '[1, "x", true]', '{"a":1,"a":2}'], random: (r) => r.pick(['1.50', '[[1,2],[3]]', '{"x":{"y":"z"}}', '"\\u00e9"', 'tru']) },
  point: { edges: ['(0,0)', '(1,-1)', '(NaN,1)', '(1e300,1e-300)', '(Infinity,0)'], random: (r) => `(${float(r)},${float(r)})` },
  box: { edges: ['(0,0),(1,1)', '(1,1),(1,1)', '(-1,-2),(3,4)'], random: (r) => `(${r.range(-9, 9)},${r.range(-9, 9)}),(${r.range(-9, 9)},${r.range(-9, 9)})` },
  lseg: { edges: ['[(0,0),(1,1)]', '[(0,0),(0,0)]', '[(1,2),(3,-4)]'], random: (r) => `[(${r.range(-9, 9)},${r.range(-9, 9)}),(${r.range(-9, 9)},${r.range(-9, 9)})]` },
  line: { edges: ['{1,-1,0}', '{0,1,2}', '{1,0,-3}'], random: (r) => `{${r.range(1, 9)},${r.range(-9, 9)},${r.range(-9, 9)}}` },
  path: { edges: ['[(0,0),(1,1)]', '((0,0),(1,1),(2,0))'], random: (r) => `${r.pick(['[', '('])}(0,0),(${r.range(-9, 9)},${r.range(-9, 9)})` },
  polygon: { edges: ['((0,0),(1,1),(2,0))', '((0,0))'], random: (r) => `((0,0),(${r.range(-9, 9)},${r.range(-9, 9)}),(${r.range(-9, 9)},${r.range(-9, 9)}))` },
  circle: { edges: ['<(0,0),1>', '<(1,2),0>', '<(1,2),3.5>'], random: (r) => `<(${r.range(-9, 9)},${r.range(-9, 9)}),${r.range(0, 9)}>` },
  inet: { edges: ['0.0.0.0', '192.168.1.1/24', '::1', '10.0.0.0/8', 'fe80::/10', '::ffff:1.2.3.4/128', '255.255.255.255'], random: (r) => `${r.below(256)}.${r.below(256)}.${r.below(256)}.${r.below(256)}/${r.below(33)}` },
  cidr: { edges: ['0.0.0.0/0', '192.168.1.0/24', '::/0', '10/8', 'fe80::/10'], random: (r) => `${r.below(256)}.${r.below(256)}.${r.below(256)}.0/24` },
  macaddr: { edges: ['00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff', '08002b:010203'], random: (r) => hex(r, 12) },
  macaddr8: { edges: ['00:00:00:00:00:00:00:00', '08-00-2b-01-02-03-04-05'], random: (r) => hex(r, 16) },
  int2vector: { edges: ['', '1', '1 2 3'], random: (r) => `${r.below(100)} ${r.below(100)}` },
  oidvector: { edges: ['', '1', '1 2 3'], random: (r) => `${r.below(100)} ${r.below(100)}` },
  jsonpath: { edges: ['$', '$.a', '$[*]', 'strict $.b[0]', '$.** ? (@ > 1)', '$.b[*] ? (@.c == null)', '$.size()', '1 + 1'], random: (r) => r.pick(['$.a + 1', '$[0 to 1]', '$.keyvalue()', 'lax $.x.y', '$ ? (exists(@.a))', '(']) },
  tsvector: { edges: ['', 'a:1 b:2', "'the quick' fox:3A,4"], random: (r) => r.pick(['a b c', 'fat:2,4 cat:3B', "'x y':1"]) },
  tsquery: { edges: ['', 'a', 'a & b', '!a | (b & c)', 'a <-> b', 'fat:A & ca:*'], random: (r) => r.pick(['a <2> b', "'x y'", 'a:*B', '!!a']) },
};
values.jsonb = values.json;
values.xml = { edges: ['<a/>', 'text', '<a b="c">d<e/></a>'], random: (r) => r.pick(['<a>', '', '<?xml version="1.0"?><a/>']) };

/** Derived types: arrays of any dimension, ranges, multiranges over the pools above. */
const quoted = (text) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
const ranges = { int4range: 'int4', int8range: 'int8', numrange: 'numeric', tsrange: 'timestamp', tstzrange: 'timestamptz', daterange: 'date' };
const rangeText = (r, subtype) => (r.chance(0.15) ? 'empty' : `${r.pick(['[', '('])}${r.chance(0.15) ? '' : quoted(argument(r, subtype))},${r.chance(0.15) ? '' : quoted(argument(r, subtype))}${r.pick([']', ')'])}`);
for (const [name, subtype] of Object.entries(ranges)) {
  values[name] = { edges: ['empty', '(,)'], random: (r) => rangeText(r, subtype) };
  values[name.replace('range', 'multirange')] = { edges: ['{}'], random: (r) => `{${Array.from({ length: r.below(3) }, () => rangeText(r, subtype)).join(',')}}` };
}
function arrayText(r, element) {
  const item = () => (r.chance(0.1) ? 'NULL' : quoted(argument(r, element)));
  const list = (n) => `{${Array.from({ length: n }, item).join(',')}}`;
  if (r.chance(0.1)) return '{}';
  if (r.chance(0.15)) return `{${list(2)},${list(2)}}`;
  return `${r.chance(0.1) ? '[0:1]=' : ''}${r.chance(0.1) ? list(2) : list(r.range(1, 4))}`;
}

/** The text of a random argument of that type; undefined where there is no pool. */
export function argument(r, type) {
  if (type.startsWith('_') && values[type] === undefined) return values[type.slice(1)] === undefined ? undefined : arrayText(r, type.slice(1));
  const pool = values[type];
  if (pool === undefined) return undefined;
  return r.chance(0.55) ? r.pick(pool.edges) : pool.random(r);
}
export const hasPool = (type) => values[type] !== undefined || (type.startsWith('_') && values[type.slice(1)] !== undefined);
