-- Event triggers fire around DDL, in the order of their names, limited by tags.
create function tell() returns event_trigger language plpgsql as $$ begin raise notice '% %', tg_event, tg_tag; end $$;
create event trigger b_start on ddl_command_start execute function tell();
create event trigger a_end on ddl_command_end when tag in ('create table', 'DROP TABLE') execute function tell();
create table et1 (a int primary key, b text default 'x');
alter table et1 add c int;
alter event trigger b_start disable;
drop table et1;
alter event trigger b_start enable;
-- What was dropped.
create function dropped() returns event_trigger language plpgsql as $$
declare r record;
begin
  for r in select * from pg_event_trigger_dropped_objects() loop
    raise notice '% % % % % % %', r.original, r.normal, r.object_type, r.schema_name, r.object_name, r.object_identity, r.address_names;
  end loop;
end $$;
create event trigger c_drop on sql_drop execute function dropped();
drop event trigger b_start;
create table et2 (a int, b int default 1);
create view ev2 as select a from et2;
alter table et2 drop column b;
drop table et2 cascade;
-- Refused.
create event trigger bad on nothing execute function tell();
create event trigger bad on ddl_command_end when food in ('x') execute function tell();
create event trigger bad on ddl_command_end when tag in ('sandwich') execute function tell();
create event trigger bad on ddl_command_end when tag in ('create role') execute function tell();
create event trigger bad on ddl_command_end when tag in ('create table') and tag in ('create view') execute function tell();
create event trigger a_end on ddl_command_end execute function tell();
create event trigger bad on ddl_command_end execute function pg_backend_pid();
select pg_event_trigger_dropped_objects();
drop function tell();
drop event trigger a_end;
drop event trigger c_drop;
-- Privileges that new objects have.
create role et_reader;
create schema et_s;
alter default privileges in schema et_s grant select on tables to et_reader;
alter default privileges revoke execute on functions from public;
create table et_s.t (a int);
create view et_s.v as select 1 as one;
create table et_plain (a int);
create function et_f() returns int language sql as 'select 1';
select relname, regexp_replace(relacl::text, current_user, 'owner', 'g') from pg_class where relname in ('t', 'v', 'et_plain') and relkind in ('r', 'v') order by 1;
select regexp_replace(proacl::text, current_user, 'owner', 'g') from pg_proc where proname = 'et_f';
alter default privileges grant execute on functions to public;
select count(*) from pg_default_acl;
drop schema et_s cascade;
drop role et_reader;
select type, object_names, object_args from pg_identify_object_as_address('pg_proc'::regclass, 'pg_catalog.abs(int4)'::regprocedure, 0);
select type, object_names, object_args from pg_identify_object_as_address('pg_class'::regclass, 'pg_class'::regclass, 2);
