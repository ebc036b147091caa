-- Functions, control flow and errors
CREATE FUNCTION fact(n int) RETURNS numeric LANGUAGE plpgsql AS $$
BEGIN
  IF n <= 1 THEN RETURN 1; ELSIF n > 100 THEN RAISE EXCEPTION 'too big: %', n USING ERRCODE = 'numeric_value_out_of_range', HINT = 'Try less.'; END IF;
  RETURN n * fact(n - 1);
END $$;
SELECT fact(5), fact(25);
SELECT fact(101);
CREATE FUNCTION loops(OUT total int, OUT path text) LANGUAGE plpgsql AS $$
DECLARE k int; r record; a int[] := ARRAY[[1,2],[3,4]]; part int[];
BEGIN
  total := 0; path := '';
  FOR k IN REVERSE 9..1 BY 4 LOOP total := total + k; path := path || k || ' '; END LOOP;
  <<outer>> LOOP
    FOREACH k IN ARRAY a LOOP CONTINUE outer WHEN total > 100; total := total + k; END LOOP;
    EXIT outer;
  END LOOP;
  FOREACH part SLICE 1 IN ARRAY a LOOP path := path || part::text; END LOOP;
  WHILE total < 30 LOOP total := total + 10; END LOOP;
  FOR r IN SELECT g, g * g AS sq FROM generate_series(1, 3) g LOOP path := path || ' ' || r.sq; END LOOP;
  CASE total WHEN 1, 2 THEN path := 'few'; WHEN 35 THEN path := path || ' 35'; END CASE;
END $$;
SELECT * FROM loops();
CREATE FUNCTION caught(a int, b int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE msg text; ctx text; st text;
BEGIN
  BEGIN
    PERFORM a / b;
    RETURN 'fine';
  EXCEPTION WHEN division_by_zero OR invalid_text_representation THEN
    GET STACKED DIAGNOSTICS msg = MESSAGE_TEXT, st = RETURNED_SQLSTATE;
    RETURN st || ' ' || msg || ' ' || SQLSTATE || ' ' || SQLERRM;
  END;
END $$;
SELECT caught(1, 1), caught(1, 0);
CREATE TABLE log (id serial PRIMARY KEY, note text);
DO $$
BEGIN
  INSERT INTO log (note) VALUES ('kept');
  BEGIN
    INSERT INTO log (note) VALUES ('undone');
    RAISE unique_violation;
  EXCEPTION WHEN others THEN
    RAISE NOTICE 'rolled back: % %', SQLSTATE, SQLERRM;
  END;
END $$;
SELECT note FROM log;
DO $$ BEGIN RAISE WARNING 'odd % and %%', 1; x := 1; END $$;
CREATE FUNCTION wrong() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1 + ; END $$;
CREATE FUNCTION noret() RETURNS int LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
SELECT noret();
-- Sets, dynamic SQL, INTO
CREATE FUNCTION pairs(n int) RETURNS TABLE (a int, b text) LANGUAGE plpgsql AS $$
DECLARE k int;
BEGIN
  FOR k IN 1..n LOOP a := k; b := repeat('x', k); RETURN NEXT; END LOOP;
  RETURN QUERY SELECT g, 'q' || g FROM generate_series(1, 2) g;
  RETURN QUERY EXECUTE 'SELECT $1, $2' USING 99, 'dyn'::text;
END $$;
SELECT * FROM pairs(2);
DO $$
DECLARE n int; r record; t log%ROWTYPE; nt log.note%TYPE;
BEGIN
  SELECT count(*), max(note) INTO n, nt FROM log;
  SELECT * INTO STRICT t FROM log;
  EXECUTE format('SELECT %L AS v', 'it''s') INTO r;
  RAISE NOTICE '% % % % %', n, nt, t, r.v, t.id;
  UPDATE log SET note = note || '!' RETURNING note INTO nt;
  GET DIAGNOSTICS n = ROW_COUNT;
  RAISE NOTICE '% % %', nt, n, FOUND;
  SELECT * INTO STRICT t FROM log WHERE false;
END $$;
-- Assignments to fields and elements
CREATE TYPE pt AS (x int, y int);
DO $$
DECLARE p pt; a int[]; q pt[]; r record; j jsonb := '{"a": 1}';
BEGIN
  p.x := 1; p.y := p.x + 1; a[3] := 7; a[1] := 5; q[1] := p; q[1].y := 9; r := row(1, 'two'); j['b'] := '2';
  RAISE NOTICE '% % % % %', p, a, q, r, j;
END $$;
DO $$ DECLARE c CONSTANT int := 1; BEGIN c := 2; END $$;
DO $$ DECLARE n int NOT NULL := 1; BEGIN n := NULL; END $$;
-- Cursors
CREATE TABLE cur AS SELECT g AS i FROM generate_series(1, 5) g;
DO $$
DECLARE c SCROLL CURSOR (lo int) FOR SELECT i FROM cur WHERE i >= lo; x int; s int := 0; rc refcursor;
BEGIN
  OPEN c(2);
  FETCH c INTO x; FETCH RELATIVE 2 FROM c INTO x; FETCH PRIOR FROM c INTO x;
  MOVE LAST FROM c; FETCH c INTO s;
  RAISE NOTICE '% % %', x, s, FOUND;
  CLOSE c;
  s := 0;
  FOR r IN c(4) LOOP s := s + r.i; UPDATE cur SET i = i * 10 WHERE CURRENT OF c; END LOOP;
  OPEN rc FOR EXECUTE 'SELECT count(*) FROM cur WHERE i > $1' USING 9;
  FETCH rc INTO x; CLOSE rc;
  RAISE NOTICE '% %', s, x;
END $$;
-- Procedures that end transactions
CREATE PROCEDURE batches(INOUT n int) LANGUAGE plpgsql AS $$
BEGIN
  FOR k IN 1..n LOOP
    INSERT INTO log (note) VALUES ('batch ' || k);
    IF k % 2 = 0 THEN COMMIT; ELSE ROLLBACK; END IF;
  END LOOP;
  n := n * 2;
END $$;
CALL batches(4);
SELECT note FROM log ORDER BY id;
DO $$ DECLARE v int := 1; BEGIN CALL batches(v); RAISE NOTICE 'v = %', v; END $$;
BEGIN;
CALL batches(1);
ROLLBACK;
