-- A correlated IN is a semijoin whose right side may be made unique: over all columns that the join compares.
CREATE TABLE correlated (f1 integer, f2 integer, f3 float);
INSERT INTO correlated VALUES (1, 2, 3), (2, 3, 4), (3, 4, 5), (1, 1, 1), (2, 2, 2), (3, 3, 3), (6, 7, 8), (8, 9, NULL);
SELECT f1, f2 FROM correlated upper WHERE f1 IN (SELECT f2 FROM correlated WHERE CAST(upper.f2 AS float) = f3);
SET enable_hashagg = off;
SELECT f1, f2 FROM correlated upper WHERE f1 IN (SELECT f2 FROM correlated WHERE CAST(upper.f2 AS float) = f3);
RESET enable_hashagg;
SELECT a.f1, s.f2 FROM correlated a LEFT JOIN LATERAL (SELECT f2 FROM correlated b WHERE b.f1 = a.f2 AND b.f2 > 1) s ON true ORDER BY 1, 2;
SELECT count(*) FROM correlated a, LATERAL (SELECT 1 FROM correlated b, correlated c WHERE b.f1 = a.f2 AND c.f1 = b.f2 AND c.f3 > a.f1) s;
-- What EXPLAIN calls the outputs of other nodes and the parameters of nested loops and subplans.
CREATE TABLE explained (id integer PRIMARY KEY, v integer);
INSERT INTO explained SELECT i, i % 10 FROM generate_series(1, 2000) i;
ANALYZE correlated, explained;
EXPLAIN (COSTS OFF) SELECT v + 1, count(*) FROM explained GROUP BY v + 1 ORDER BY count(*) DESC, v + 1;
EXPLAIN (COSTS OFF) SELECT * FROM correlated c, explained e WHERE e.id = c.f1;
EXPLAIN (COSTS OFF) SELECT * FROM correlated c WHERE f1 > (SELECT sum(v) FROM explained e WHERE e.id = c.f2);
