-- Row estimates of dates compared with timestamps, and the cost of an inner join whose inner side is unique.
CREATE TABLE estimates (id integer PRIMARY KEY, d date, t timestamp);
INSERT INTO estimates SELECT i, date '1992-01-01' + i, timestamp '1992-01-01' + i * interval '1 day' FROM generate_series(0, 999) i;
CREATE TABLE referring (id integer, b integer);
INSERT INTO referring SELECT i % 1000, i FROM generate_series(0, 9999) i;
ANALYZE estimates, referring;
EXPLAIN SELECT * FROM estimates WHERE d < timestamp '1992-04-10';
EXPLAIN SELECT * FROM estimates WHERE d >= date '1992-04-10' - interval '10' day;
EXPLAIN SELECT * FROM estimates WHERE t <= date '1993-05-15';
EXPLAIN SELECT * FROM estimates WHERE timestamp '1993-05-15' < d;
EXPLAIN SELECT * FROM estimates e, referring r WHERE e.id = r.id;
EXPLAIN SELECT * FROM referring r, estimates e WHERE r.id = e.id AND e.d < date '1992-02-01';
-- Of an OR over both sides of a join follows what each side alone must satisfy.
EXPLAIN (COSTS OFF) SELECT * FROM estimates e, referring r WHERE e.id = r.id AND ((e.d < date '1992-01-10' AND r.b = 3) OR (e.d > date '1994-09-20' AND r.b = 4));
SELECT count(*) FROM estimates e, referring r WHERE e.id = r.id AND ((e.d < date '1992-01-10' AND r.b < 2000) OR (e.d > date '1994-09-20' AND r.b > 8000));
SELECT count(*) FROM estimates e LEFT JOIN referring r ON e.id = r.id AND ((e.id < 10 AND r.b < 2000) OR (e.id > 990 AND r.b > 8000));
