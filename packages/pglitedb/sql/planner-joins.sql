-- A FULL JOIN reduced to a LEFT JOIN no longer nulls constants of its kept side, so clauses over them are not lost.
CREATE TABLE pj (i1 int4);
CREATE VIEW pv(c0, c1) AS (SELECT ((-2)::float8 + 0::float8), 'b'::bpchar FETCH FIRST 1 ROWS ONLY) UNION (SELECT (0::float8 + 0::float8), 'x'::char(4) WHERE NULL::bool) ORDER BY 1 DESC, 2 LIMIT 1;
SELECT a2.* FROM pj AS a0 FULL JOIN (VALUES ('a'::bpchar)) AS a1(c0) ON false LEFT JOIN pv AS a2 ON (a1.c0 = a2.c1) WHERE a2.c0 <> 1.25::float8;
SELECT a2.* FROM pj AS a0 FULL JOIN (VALUES ('b'::bpchar)) AS a1(c0) ON false LEFT JOIN pv AS a2 ON (a1.c0 = a2.c1) WHERE a2.c0 <> 1.25::float8;
-- EXISTS with a LIMIT of at least one row is a semijoin.
CREATE TABLE pk (a int);
EXPLAIN (COSTS OFF) SELECT * FROM pj WHERE EXISTS (SELECT 1 FROM pk WHERE pk.a = pj.i1 LIMIT 1);
EXPLAIN (COSTS OFF) SELECT * FROM pj WHERE EXISTS (SELECT 1 FROM pk WHERE pk.a = pj.i1 LIMIT 0);
