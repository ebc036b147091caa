CREATE TABLE account (id int PRIMARY KEY, owner text, balance numeric CHECK (balance >= 0));
CREATE TABLE audit (seq int GENERATED ALWAYS AS IDENTITY, op text, lvl text, was text, now text);
CREATE FUNCTION audited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit (op, lvl, was, now) VALUES (TG_OP || ' ' || TG_WHEN, TG_LEVEL, OLD::text, NEW::text);
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION normalised() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.owner := upper(NEW.owner);
  IF NEW.owner = 'NOBODY' THEN RETURN NULL; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_norm BEFORE INSERT OR UPDATE OF owner ON account FOR EACH ROW EXECUTE FUNCTION normalised();
CREATE TRIGGER z_audit AFTER INSERT OR UPDATE OR DELETE ON account FOR EACH ROW EXECUTE FUNCTION audited();
CREATE TRIGGER s_audit AFTER UPDATE ON account FOR EACH STATEMENT WHEN (pg_trigger_depth() < 2) EXECUTE FUNCTION audited();
CREATE TRIGGER w_audit AFTER UPDATE ON account FOR EACH ROW WHEN (OLD.balance <> NEW.balance AND NEW.balance > 100) EXECUTE FUNCTION audited();
INSERT INTO account VALUES (1, 'ann', 10), (2, 'nobody', 20), (3, 'bob', 30) RETURNING id, owner;
UPDATE account SET balance = balance * 5;
UPDATE account SET owner = 'nobody' WHERE id = 1;
DELETE FROM account WHERE id = 1;
SELECT op, lvl, was, now FROM audit ORDER BY seq;
-- Transition tables
CREATE FUNCTION summed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE a numeric; b numeric;
BEGIN
  SELECT sum(balance) INTO a FROM before_rows;
  EXECUTE 'SELECT sum(balance) FROM after_rows' INTO b;
  RAISE NOTICE '% -> %', a, b;
  RETURN NULL;
END $$;
CREATE TRIGGER sums AFTER UPDATE ON account REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION summed();
UPDATE account SET balance = balance + 1;
UPDATE account SET balance = 0 WHERE false;
-- Views
CREATE VIEW rich AS SELECT id, owner, balance FROM account WHERE balance > 50;
CREATE FUNCTION via_view() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN INSERT INTO account VALUES (NEW.id, NEW.owner, NEW.balance); RETURN NEW;
  ELSIF TG_OP = 'UPDATE' THEN UPDATE account SET balance = NEW.balance WHERE id = OLD.id; RETURN NEW;
  END IF;
  DELETE FROM account WHERE id = OLD.id;
  RETURN OLD;
END $$;
CREATE TRIGGER on_view INSTEAD OF INSERT OR UPDATE OR DELETE ON rich FOR EACH ROW EXECUTE FUNCTION via_view();
INSERT INTO rich VALUES (7, 'eve', 70) RETURNING *;
UPDATE rich SET balance = balance + 5 WHERE id = 7 RETURNING id, balance;
DELETE FROM rich WHERE owner = 'EVE' RETURNING *;
-- Deferred constraint triggers, and a trigger that changes its own row
CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'late %', NEW.id; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON account DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late();
BEGIN;
INSERT INTO account VALUES (8, 'joe', 1);
SELECT 'before commit' AS state;
COMMIT;
CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE account SET owner = 'x' WHERE id = OLD.id; RETURN OLD; END $$;
CREATE TRIGGER meddles BEFORE DELETE ON account FOR EACH ROW EXECUTE FUNCTION meddle();
DELETE FROM account WHERE id = 8;
ALTER TABLE account DISABLE TRIGGER meddles;
DELETE FROM account WHERE id = 8;
SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'account'::regclass AND NOT tgisinternal ORDER BY 1;
