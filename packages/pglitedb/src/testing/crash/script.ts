/**
 * The workload of the crash campaign: units of SQL, each run by one of two sessions. What is committed changes only with a
 * unit, and wholly with it. Session b keeps transactions open across units of session a, large enough for parts in the log.
 */
export interface Unit { readonly session: 'a' | 'b'; readonly sql: string; /** the SQLSTATE that it ends with */ readonly error?: string }

const a = (sql: string, error?: string): Unit => ({ session: 'a', sql, ...(error === undefined ? {} : { error }) });
const b = (sql: string): Unit => ({ session: 'b', sql });

export const SCRIPT: readonly Unit[] = [
  a('CREATE TABLE account (id serial PRIMARY KEY, owner text NOT NULL UNIQUE, balance numeric(12,2) NOT NULL CHECK (balance >= 0), opened timestamptz)'),
  a(`CREATE TABLE entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account int REFERENCES account ON DELETE CASCADE ON UPDATE CASCADE, amount numeric(12,2), note text);
     CREATE INDEX entry_account ON entry (account, amount DESC); CREATE UNIQUE INDEX entry_note ON entry (lower(note)) WHERE note IS NOT NULL`),
  a(`INSERT INTO account (owner, balance, opened) SELECT 'owner ' || g, g * 10, '2024-01-01'::timestamptz + g * interval '1 day' FROM generate_series(1, 40) g`),
  a(`INSERT INTO entry (account, amount, note) SELECT 1 + g % 40, g, CASE WHEN g % 3 = 0 THEN 'Note ' || g END FROM generate_series(1, 200) g`),
  b(`BEGIN; UPDATE account SET balance = balance + 1000 WHERE id > 30; INSERT INTO entry (account, amount, note) SELECT 31, g, repeat('b', 60) || g FROM generate_series(1, 60) g`),
  a('BEGIN; UPDATE account SET balance = balance - 5 WHERE id = 1; UPDATE account SET balance = balance + 5 WHERE id = 2; INSERT INTO entry (account, amount) VALUES (1, -5), (2, 5); COMMIT'),
  a('CHECKPOINT'),
  a('UPDATE account SET balance = balance - 1000 WHERE id = 3', '23514'),
  a(`DELETE FROM account WHERE id BETWEEN 10 AND 12`),
  b(`SAVEPOINT s1; DELETE FROM entry WHERE account > 35; ROLLBACK TO s1; UPDATE entry SET note = upper(note) WHERE account = 31; SAVEPOINT s2; UPDATE account SET owner = owner || '!' WHERE id > 35`),
  a('UPDATE account SET id = id + 100 WHERE id BETWEEN 5 AND 9'),
  b('COMMIT'),
  a(`ALTER TABLE account ADD COLUMN kind text NOT NULL DEFAULT 'plain', ADD COLUMN extra int`),
  a('CREATE INDEX account_kind ON account (kind, balance)'),
  a(`BEGIN; UPDATE account SET kind = 'gold', extra = id WHERE balance > 300; SAVEPOINT x; DROP TABLE entry; ROLLBACK TO x; DELETE FROM entry WHERE id % 7 = 0; COMMIT`),
  b(`BEGIN; CREATE TABLE made_by_b (id int PRIMARY KEY, body text); INSERT INTO made_by_b SELECT g, repeat(chr(97 + g % 26), 80) FROM generate_series(1, 80) g; CREATE INDEX made_body ON made_by_b (body)`),
  a(`CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy'); CREATE TABLE feeling (who int PRIMARY KEY, m mood, tags text[], doc jsonb); CREATE INDEX feeling_m ON feeling (m)`),
  a(`INSERT INTO feeling SELECT g, (ARRAY['sad', 'ok', 'happy'])[1 + g % 3]::mood, ARRAY['t' || g, NULL], jsonb_build_object('g', g) FROM generate_series(1, 50) g`),
  a('CHECKPOINT'),
  b('UPDATE made_by_b SET body = NULL WHERE id % 5 = 0; COMMIT'),
  a(`UPDATE feeling SET m = 'happy', doc = doc || '{"changed": true}' WHERE who % 4 = 0`),
  a('ALTER TYPE mood RENAME VALUE \'ok\' TO \'fine\''),
  a('CREATE SEQUENCE loose START 100 INCREMENT 5; CREATE TABLE drawn (n bigint); INSERT INTO drawn SELECT nextval(\'loose\') FROM generate_series(1, 7)'),
  b(`BEGIN; INSERT INTO drawn SELECT nextval('loose') FROM generate_series(1, 30); INSERT INTO made_by_b SELECT g, repeat('z', 120) FROM generate_series(1000, 1050) g`),
  a('INSERT INTO drawn SELECT nextval(\'loose\')'),
  b('ROLLBACK'),
  a('TRUNCATE made_by_b'),
  a(`INSERT INTO made_by_b SELECT g, 'again ' || g FROM generate_series(1, 30) g`),
  a('BEGIN; TRUNCATE entry, feeling; INSERT INTO feeling (who, m) VALUES (1, \'sad\'); ROLLBACK'),
  a('CREATE UNLOGGED TABLE forgetful (v int PRIMARY KEY); INSERT INTO forgetful SELECT generate_series(1, 20)'),
  a('CREATE VIEW rich AS SELECT owner, opened FROM account WHERE kind = \'gold\'; CREATE MATERIALIZED VIEW totals AS SELECT account, sum(amount) AS s FROM entry GROUP BY account'),
  a('CREATE UNIQUE INDEX ON totals (account)'),
  a('INSERT INTO account (owner, balance) VALUES (\'owner 1\', 1)', '23505'),
  a(`INSERT INTO account (owner, balance) VALUES ('owner 2', 1), ('someone', 2) ON CONFLICT (owner) DO UPDATE SET balance = account.balance + excluded.balance`),
  a('CHECKPOINT'),
  a(`ALTER TABLE account ALTER COLUMN balance TYPE numeric(14,3), DROP COLUMN extra`),
  a('REFRESH MATERIALIZED VIEW totals'),
  a(`BEGIN; ALTER TABLE feeling ADD COLUMN later text DEFAULT 'x'; UPDATE feeling SET later = who::text WHERE who < 20; ROLLBACK`),
  b(`BEGIN; UPDATE feeling SET doc = to_jsonb(repeat('d', 50)) WHERE who > 3; DELETE FROM feeling WHERE who < 10; CREATE TEMP TABLE mine AS SELECT * FROM feeling`),
  a(`INSERT INTO entry (account, amount, note) SELECT 1, g, 'wide ' || g || repeat('w', 3000) FROM generate_series(1, 12) g`),
  b('ROLLBACK'),
  a('DROP INDEX entry_account; CREATE INDEX entry_amount ON entry (amount) INCLUDE (note)'),
  a('DELETE FROM entry WHERE amount < 50'),
  a('VACUUM entry'),
  a('DROP TABLE drawn; DROP SEQUENCE loose'),
  a(`MERGE INTO account t USING (VALUES (1, 7), (999, 8)) v(id, x) ON t.id = v.id WHEN MATCHED THEN UPDATE SET balance = v.x WHEN NOT MATCHED THEN INSERT (id, owner, balance) VALUES (v.id, 'merged', v.x)`),
  a('ALTER TABLE made_by_b RENAME TO renamed; ALTER TABLE renamed ADD CONSTRAINT body_short CHECK (length(body) < 500)'),
  a('CREATE SCHEMA other; CREATE TABLE other.t AS SELECT g AS x, g::text AS y FROM generate_series(1, 100) g; CREATE UNIQUE INDEX ON other.t (x)'),
  a('UPDATE other.t SET x = -x, y = y || y'),
  a('DROP TABLE feeling; DROP TYPE mood'),
  a('CHECKPOINT'),
  a('UPDATE other.t SET x = -x WHERE x % 2 = 0; DELETE FROM other.t WHERE x < -90'),
  a('DROP SCHEMA other CASCADE'),
  a(`UPDATE account SET kind = 'last'`),
];

/** Sequences that may not fall behind the column they fill. */
export const SEQUENCES: readonly (readonly [sequence: string, table: string, column: string])[] = [
  ['account_id_seq', 'account', 'CASE WHEN id < 100 THEN id END'], ['entry_id_seq', 'entry', 'id'], ['loose', 'drawn', 'n'],
];
