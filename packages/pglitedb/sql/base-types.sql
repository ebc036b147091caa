-- Base types over internal-language functions hold their values as the builtin type does.
create type whole;
create function whole_in(cstring) returns whole language internal strict immutable as 'int4in';
create function whole_out(whole) returns cstring language internal strict immutable as 'int4out';
create type whole (input = whole_in, output = whole_out, like = int4, default = '7');
select typlen, typbyval, typalign, typstorage, typcategory, typdefault from pg_type where typname = 'whole';
create table wholes (id int, w whole);
insert into wholes values (1, '12'), (2, '-3');
insert into wholes (id) values (3);
select * from wholes order by id;
select '{1,2}'::whole[];
insert into wholes values (4, 'x');
-- Binary-compatible casts take the bytes as they are.
create type bits4;
create function bits4_in(cstring) returns bits4 language internal strict immutable as 'int4in';
create function bits4_out(bits4) returns cstring language internal strict immutable as 'int4out';
create type bits4 (input = bits4_in, output = bits4_out, like = float4);
create cast (bits4 as float4) without function;
create cast (int4 as bits4) without function;
select x::int4::bits4::float4 from (values (1065353216), (1), (-1082130432)) v(x);
select 1065353216::bits4::float4;
-- What CREATE TYPE refuses.
create type nothing (input = whole_in, output = whole_out);
create type whole (input = whole_in, output = whole_out);
create type shell;
create type shell (input = whole_in);
create type shell (input = whole_in, output = whole_out);
create type shell (output = whole_out);
drop function whole_in(cstring);
drop type whole cascade;
drop type shell;
-- Samples.
create table sampled as select g as id from generate_series(1, 1000) g;
select count(*) from sampled tablesample bernoulli (100);
select count(*) from sampled tablesample system (0);
select (select count(*) from (select id from sampled tablesample bernoulli (20) repeatable (5) intersect select id from sampled tablesample bernoulli (20) repeatable (5)) x)
  = (select count(*) from sampled tablesample bernoulli (20) repeatable (5));
select count(*) from sampled tablesample bernoulli (101);
select count(*) from sampled tablesample bernoulli (10) repeatable (null);
