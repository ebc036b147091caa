-- rank, dense_rank, percent_rank and cume_dist of a row that is not there.
CREATE TABLE hs (a int, b text);
INSERT INTO hs VALUES (1, 'x'), (2, 'y'), (2, 'z'), (NULL, 'n');
SELECT rank(3) WITHIN GROUP (ORDER BY x), dense_rank(3) WITHIN GROUP (ORDER BY x), percent_rank(3) WITHIN GROUP (ORDER BY x), cume_dist(3) WITHIN GROUP (ORDER BY x) FROM (VALUES (1), (1), (2), (2), (3), (3), (4)) v(x);
SELECT rank(NULL::int) WITHIN GROUP (ORDER BY a), rank(2) WITHIN GROUP (ORDER BY a DESC), dense_rank(2) WITHIN GROUP (ORDER BY a NULLS FIRST), cume_dist(1, 'x') WITHIN GROUP (ORDER BY a, b DESC) FROM hs;
SELECT a, rank(2) WITHIN GROUP (ORDER BY a) FILTER (WHERE b > 'x'), percent_rank(0) WITHIN GROUP (ORDER BY a) FROM hs GROUP BY a ORDER BY a;
SELECT rank(1) WITHIN GROUP (ORDER BY a), percent_rank(1) WITHIN GROUP (ORDER BY a), cume_dist(1) WITHIN GROUP (ORDER BY a), dense_rank(1) WITHIN GROUP (ORDER BY a) FROM hs WHERE false;
SELECT rank(1.5) WITHIN GROUP (ORDER BY a) FROM hs;
SELECT rank('x') WITHIN GROUP (ORDER BY a) FROM hs;
SELECT rank(1, 2) WITHIN GROUP (ORDER BY a) FROM hs;
SELECT rank(1) WITHIN GROUP (ORDER BY a, b) FROM hs;
SELECT a FROM hs ORDER BY rank(1) OVER (ORDER BY a);
