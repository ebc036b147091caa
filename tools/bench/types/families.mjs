/** The tables, and for each the queries: each spends its time in one family of operators. */
export const tables = [
  {
    columns: "i int4, j int4, b int8, f float8",
    values: "g, g % 1000, g * 1000::int8, g / 7.0::float8",
    families: {
      'int4 arithmetic': 'select sum(i * 2 - j) from t where i * 2 > 0',
      'int8 arithmetic': 'select count(*) from t where b * 3 + i > 100000',
      'float8 arithmetic': 'select sum(f * 1.5 + 2) from t',
      'float8 sqrt': 'select count(*) from t where sqrt(f) > 100',
    },
  },
  {
    columns: "n numeric(12,2), m numeric",
    values: "(g % 100000) / 100.0, g * 1.000001",
    families: {
      'numeric sum': 'select sum(n) from t',
      'numeric multiply': 'select sum(n * n) from t',
      'numeric add and compare': 'select count(*) from t where n + 1.5 > 500',
      'numeric avg, unconstrained': 'select avg(m) from t',
    },
  },
  {
    columns: "d date, ts timestamp",
    values: "date '2020-01-01' + g % 2000, timestamp '2020-01-01' + g % 100000 * interval '17 minutes'",
    families: {
      'date arithmetic': "select count(*) from t where d + 30 > date '2022-01-01'",
      'timestamp plus interval': "select count(*) from t where ts + interval '1 day 3 hours' > timestamp '2021-01-01'",
      'timestamp minus timestamp': "select count(*) from t where ts - timestamp '2020-01-01' > interval '500 days'",
      'extract': 'select sum(extract(year from ts)) from t',
      'date_trunc': "select count(*) from t where date_trunc('month', ts) = timestamp '2020-03-01'",
    },
  },
  {
    columns: "s text",
    values: "'row ' || md5(g::text) || ' foo' || g % 100 || ' bar'",
    families: {
      'text compare': "select count(*) from t where s < 'row 8'",
      'text equality': "select count(*) from t where s = 'row 8'",
      'like prefix': "select count(*) from t where s like 'row a%'",
      'like contains': "select count(*) from t where s like '%foo7 %'",
      'like general': "select count(*) from t where s like '%a_c%foo_ bar'",
      'ilike': "select count(*) from t where s ilike '%FOO7 %'",
      'regex literal': "select count(*) from t where s ~ 'foo7 '",
      'regex': "select count(*) from t where s ~ '[a-f]{3}[0-9]+.*foo\\d\\d'",
      'regexp_replace': "select count(regexp_replace(s, '[0-9]+', '#')) from t",
      'upper and length': "select sum(length(upper(s))) from t",
      'md5': 'select count(*) from t where md5(s) > \'8\'',
    },
  },
];
