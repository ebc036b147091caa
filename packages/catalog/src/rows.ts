/**
 * Row types of the system catalogs. Made by tools/catalog-gen: do not edit. Arrays and vectors are plain JS arrays here
 * (the tables hold PgArray datums); pg_node_tree is the text that encodeNode makes; NULL is null.
 */
import type { Datum, Oid } from '@pglitedb/types';
import type { AclItem } from './acl/acl-item.js';

export interface PgAggregateRow {
  aggfnoid: Oid;
  aggkind: string;
  aggnumdirectargs: number;
  aggtransfn: Oid;
  aggfinalfn: Oid;
  aggcombinefn: Oid;
  aggserialfn: Oid;
  aggdeserialfn: Oid;
  aggmtransfn: Oid;
  aggminvtransfn: Oid;
  aggmfinalfn: Oid;
  aggfinalextra: boolean;
  aggmfinalextra: boolean;
  aggfinalmodify: string;
  aggmfinalmodify: string;
  aggsortop: Oid;
  aggtranstype: Oid;
  aggtransspace: number;
  aggmtranstype: Oid;
  aggmtransspace: number;
  agginitval: string | null;
  aggminitval: string | null;
}

export interface PgAmRow {
  oid: Oid;
  amname: string;
  amhandler: Oid;
  amtype: string;
}

export interface PgAmopRow {
  oid: Oid;
  amopfamily: Oid;
  amoplefttype: Oid;
  amoprighttype: Oid;
  amopstrategy: number;
  amoppurpose: string;
  amopopr: Oid;
  amopmethod: Oid;
  amopsortfamily: Oid;
}

export interface PgAmprocRow {
  oid: Oid;
  amprocfamily: Oid;
  amproclefttype: Oid;
  amprocrighttype: Oid;
  amprocnum: number;
  amproc: Oid;
}

export interface PgAttrdefRow {
  oid: Oid;
  adrelid: Oid;
  adnum: number;
  adbin: string;
}

export interface PgAttributeRow {
  attrelid: Oid;
  attname: string;
  atttypid: Oid;
  attlen: number;
  attnum: number;
  atttypmod: number;
  attndims: number;
  attbyval: boolean;
  attalign: string;
  attstorage: string;
  attcompression: string;
  attnotnull: boolean;
  atthasdef: boolean;
  atthasmissing: boolean;
  attidentity: string;
  attgenerated: string;
  attisdropped: boolean;
  attislocal: boolean;
  attinhcount: number;
  attcollation: Oid;
  attstattarget: number | null;
  attacl: readonly AclItem[] | null;
  attoptions: readonly string[] | null;
  attfdwoptions: readonly string[] | null;
  attmissingval: Datum;
}

export interface PgAuthMembersRow {
  oid: Oid;
  roleid: Oid;
  member: Oid;
  grantor: Oid;
  admin_option: boolean;
  inherit_option: boolean;
  set_option: boolean;
}

export interface PgAuthidRow {
  oid: Oid;
  rolname: string;
  rolsuper: boolean;
  rolinherit: boolean;
  rolcreaterole: boolean;
  rolcreatedb: boolean;
  rolcanlogin: boolean;
  rolreplication: boolean;
  rolbypassrls: boolean;
  rolconnlimit: number;
  rolpassword: string | null;
  rolvaliduntil: number | null;
}

export interface PgCastRow {
  oid: Oid;
  castsource: Oid;
  casttarget: Oid;
  castfunc: Oid;
  castcontext: string;
  castmethod: string;
}

export interface PgClassRow {
  oid: Oid;
  relname: string;
  relnamespace: Oid;
  reltype: Oid;
  reloftype: Oid;
  relowner: Oid;
  relam: Oid;
  relfilenode: Oid;
  reltablespace: Oid;
  relpages: number;
  reltuples: number;
  relallvisible: number;
  relallfrozen: number;
  reltoastrelid: Oid;
  relhasindex: boolean;
  relisshared: boolean;
  relpersistence: string;
  relkind: string;
  relnatts: number;
  relchecks: number;
  relhasrules: boolean;
  relhastriggers: boolean;
  relhassubclass: boolean;
  relrowsecurity: boolean;
  relforcerowsecurity: boolean;
  relispopulated: boolean;
  relreplident: string;
  relispartition: boolean;
  relrewrite: Oid;
  relfrozenxid: number;
  relminmxid: number;
  relacl: readonly AclItem[] | null;
  reloptions: readonly string[] | null;
  relpartbound: string | null;
}

export interface PgCollationRow {
  oid: Oid;
  collname: string;
  collnamespace: Oid;
  collowner: Oid;
  collprovider: string;
  collisdeterministic: boolean;
  collencoding: number;
  collcollate: string | null;
  collctype: string | null;
  colllocale: string | null;
  collicurules: string | null;
  collversion: string | null;
}

export interface PgConstraintRow {
  oid: Oid;
  conname: string;
  connamespace: Oid;
  contype: string;
  condeferrable: boolean;
  condeferred: boolean;
  conenforced: boolean;
  convalidated: boolean;
  conrelid: Oid;
  contypid: Oid;
  conindid: Oid;
  conparentid: Oid;
  confrelid: Oid;
  confupdtype: string;
  confdeltype: string;
  confmatchtype: string;
  conislocal: boolean;
  coninhcount: number;
  connoinherit: boolean;
  conperiod: boolean;
  conkey: readonly number[] | null;
  confkey: readonly number[] | null;
  conpfeqop: readonly Oid[] | null;
  conppeqop: readonly Oid[] | null;
  conffeqop: readonly Oid[] | null;
  confdelsetcols: readonly number[] | null;
  conexclop: readonly Oid[] | null;
  conbin: string | null;
}

export interface PgConversionRow {
  oid: Oid;
  conname: string;
  connamespace: Oid;
  conowner: Oid;
  conforencoding: number;
  contoencoding: number;
  conproc: Oid;
  condefault: boolean;
}

export interface PgDatabaseRow {
  oid: Oid;
  datname: string;
  datdba: Oid;
  encoding: number;
  datlocprovider: string;
  datistemplate: boolean;
  datallowconn: boolean;
  dathasloginevt: boolean;
  datconnlimit: number;
  datfrozenxid: number;
  datminmxid: number;
  dattablespace: Oid;
  datcollate: string;
  datctype: string;
  datlocale: string | null;
  daticurules: string | null;
  datcollversion: string | null;
  datacl: readonly AclItem[] | null;
}

export interface PgDbRoleSettingRow {
  setdatabase: Oid;
  setrole: Oid;
  setconfig: readonly string[] | null;
}

export interface PgDefaultAclRow {
  oid: Oid;
  defaclrole: Oid;
  defaclnamespace: Oid;
  defaclobjtype: string;
  defaclacl: readonly AclItem[];
}

export interface PgDependRow {
  classid: Oid;
  objid: Oid;
  objsubid: number;
  refclassid: Oid;
  refobjid: Oid;
  refobjsubid: number;
  deptype: string;
}

export interface PgDescriptionRow {
  objoid: Oid;
  classoid: Oid;
  objsubid: number;
  description: string;
}

export interface PgEnumRow {
  oid: Oid;
  enumtypid: Oid;
  enumsortorder: number;
  enumlabel: string;
}

export interface PgEventTriggerRow {
  oid: Oid;
  evtname: string;
  evtevent: string;
  evtowner: Oid;
  evtfoid: Oid;
  evtenabled: string;
  evttags: readonly string[] | null;
}

export interface PgExtensionRow {
  oid: Oid;
  extname: string;
  extowner: Oid;
  extnamespace: Oid;
  extrelocatable: boolean;
  extversion: string;
  extconfig: readonly Oid[] | null;
  extcondition: readonly string[] | null;
}

export interface PgForeignDataWrapperRow {
  oid: Oid;
  fdwname: string;
  fdwowner: Oid;
  fdwhandler: Oid;
  fdwvalidator: Oid;
  fdwacl: readonly AclItem[] | null;
  fdwoptions: readonly string[] | null;
}

export interface PgForeignServerRow {
  oid: Oid;
  srvname: string;
  srvowner: Oid;
  srvfdw: Oid;
  srvtype: string | null;
  srvversion: string | null;
  srvacl: readonly AclItem[] | null;
  srvoptions: readonly string[] | null;
}

export interface PgForeignTableRow {
  ftrelid: Oid;
  ftserver: Oid;
  ftoptions: readonly string[] | null;
}

export interface PgIndexRow {
  indexrelid: Oid;
  indrelid: Oid;
  indnatts: number;
  indnkeyatts: number;
  indisunique: boolean;
  indnullsnotdistinct: boolean;
  indisprimary: boolean;
  indisexclusion: boolean;
  indimmediate: boolean;
  indisclustered: boolean;
  indisvalid: boolean;
  indcheckxmin: boolean;
  indisready: boolean;
  indislive: boolean;
  indisreplident: boolean;
  indkey: readonly number[];
  indcollation: readonly Oid[];
  indclass: readonly Oid[];
  indoption: readonly number[];
  indexprs: string | null;
  indpred: string | null;
}

export interface PgInheritsRow {
  inhrelid: Oid;
  inhparent: Oid;
  inhseqno: number;
  inhdetachpending: boolean;
}

export interface PgInitPrivsRow {
  objoid: Oid;
  classoid: Oid;
  objsubid: number;
  privtype: string;
  initprivs: readonly AclItem[];
}

export interface PgLanguageRow {
  oid: Oid;
  lanname: string;
  lanowner: Oid;
  lanispl: boolean;
  lanpltrusted: boolean;
  lanplcallfoid: Oid;
  laninline: Oid;
  lanvalidator: Oid;
  lanacl: readonly AclItem[] | null;
}

export interface PgLargeobjectRow {
  loid: Oid;
  pageno: number;
  data: Uint8Array;
}

export interface PgLargeobjectMetadataRow {
  oid: Oid;
  lomowner: Oid;
  lomacl: readonly AclItem[] | null;
}

export interface PgNamespaceRow {
  oid: Oid;
  nspname: string;
  nspowner: Oid;
  nspacl: readonly AclItem[] | null;
}

export interface PgOpclassRow {
  oid: Oid;
  opcmethod: Oid;
  opcname: string;
  opcnamespace: Oid;
  opcowner: Oid;
  opcfamily: Oid;
  opcintype: Oid;
  opcdefault: boolean;
  opckeytype: Oid;
}

export interface PgOperatorRow {
  oid: Oid;
  oprname: string;
  oprnamespace: Oid;
  oprowner: Oid;
  oprkind: string;
  oprcanmerge: boolean;
  oprcanhash: boolean;
  oprleft: Oid;
  oprright: Oid;
  oprresult: Oid;
  oprcom: Oid;
  oprnegate: Oid;
  oprcode: Oid;
  oprrest: Oid;
  oprjoin: Oid;
}

export interface PgOpfamilyRow {
  oid: Oid;
  opfmethod: Oid;
  opfname: string;
  opfnamespace: Oid;
  opfowner: Oid;
}

export interface PgParameterAclRow {
  oid: Oid;
  parname: string;
  paracl: readonly AclItem[] | null;
}

export interface PgPartitionedTableRow {
  partrelid: Oid;
  partstrat: string;
  partnatts: number;
  partdefid: Oid;
  partattrs: readonly number[];
  partclass: readonly Oid[];
  partcollation: readonly Oid[];
  partexprs: string | null;
}

export interface PgPolicyRow {
  oid: Oid;
  polname: string;
  polrelid: Oid;
  polcmd: string;
  polpermissive: boolean;
  polroles: readonly Oid[];
  polqual: string | null;
  polwithcheck: string | null;
}

export interface PgProcRow {
  oid: Oid;
  proname: string;
  pronamespace: Oid;
  proowner: Oid;
  prolang: Oid;
  procost: number;
  prorows: number;
  provariadic: Oid;
  prosupport: Oid;
  prokind: string;
  prosecdef: boolean;
  proleakproof: boolean;
  proisstrict: boolean;
  proretset: boolean;
  provolatile: string;
  proparallel: string;
  pronargs: number;
  pronargdefaults: number;
  prorettype: Oid;
  proargtypes: readonly Oid[];
  proallargtypes: readonly Oid[] | null;
  proargmodes: readonly string[] | null;
  proargnames: readonly string[] | null;
  proargdefaults: string | null;
  protrftypes: readonly Oid[] | null;
  prosrc: string;
  probin: string | null;
  prosqlbody: string | null;
  proconfig: readonly string[] | null;
  proacl: readonly AclItem[] | null;
}

export interface PgPublicationRow {
  oid: Oid;
  pubname: string;
  pubowner: Oid;
  puballtables: boolean;
  pubinsert: boolean;
  pubupdate: boolean;
  pubdelete: boolean;
  pubtruncate: boolean;
  pubviaroot: boolean;
  pubgencols: string;
}

export interface PgPublicationNamespaceRow {
  oid: Oid;
  pnpubid: Oid;
  pnnspid: Oid;
}

export interface PgPublicationRelRow {
  oid: Oid;
  prpubid: Oid;
  prrelid: Oid;
  prqual: string | null;
  prattrs: readonly number[] | null;
}

export interface PgRangeRow {
  rngtypid: Oid;
  rngsubtype: Oid;
  rngmultitypid: Oid;
  rngcollation: Oid;
  rngsubopc: Oid;
  rngcanonical: Oid;
  rngsubdiff: Oid;
}

export interface PgReplicationOriginRow {
  roident: Oid;
  roname: string;
}

export interface PgRewriteRow {
  oid: Oid;
  rulename: string;
  ev_class: Oid;
  ev_type: string;
  ev_enabled: string;
  is_instead: boolean;
  ev_qual: string;
  ev_action: string;
}

export interface PgSeclabelRow {
  objoid: Oid;
  classoid: Oid;
  objsubid: number;
  provider: string;
  label: string;
}

export interface PgSequenceRow {
  seqrelid: Oid;
  seqtypid: Oid;
  seqstart: number | bigint;
  seqincrement: number | bigint;
  seqmax: number | bigint;
  seqmin: number | bigint;
  seqcache: number | bigint;
  seqcycle: boolean;
}

export interface PgShdependRow {
  dbid: Oid;
  classid: Oid;
  objid: Oid;
  objsubid: number;
  refclassid: Oid;
  refobjid: Oid;
  deptype: string;
}

export interface PgShdescriptionRow {
  objoid: Oid;
  classoid: Oid;
  description: string;
}

export interface PgShseclabelRow {
  objoid: Oid;
  classoid: Oid;
  provider: string;
  label: string;
}

export interface PgStatisticRow {
  starelid: Oid;
  staattnum: number;
  stainherit: boolean;
  stanullfrac: number;
  stawidth: number;
  stadistinct: number;
  stakind1: number;
  stakind2: number;
  stakind3: number;
  stakind4: number;
  stakind5: number;
  staop1: Oid;
  staop2: Oid;
  staop3: Oid;
  staop4: Oid;
  staop5: Oid;
  stacoll1: Oid;
  stacoll2: Oid;
  stacoll3: Oid;
  stacoll4: Oid;
  stacoll5: Oid;
  stanumbers1: readonly number[] | null;
  stanumbers2: readonly number[] | null;
  stanumbers3: readonly number[] | null;
  stanumbers4: readonly number[] | null;
  stanumbers5: readonly number[] | null;
  stavalues1: Datum;
  stavalues2: Datum;
  stavalues3: Datum;
  stavalues4: Datum;
  stavalues5: Datum;
}

export interface PgStatisticExtRow {
  oid: Oid;
  stxrelid: Oid;
  stxname: string;
  stxnamespace: Oid;
  stxowner: Oid;
  stxkeys: readonly number[];
  stxstattarget: number | null;
  stxkind: readonly string[];
  stxexprs: string | null;
}

export interface PgStatisticExtDataRow {
  stxoid: Oid;
  stxdinherit: boolean;
  stxdndistinct: Datum;
  stxddependencies: Datum;
  stxdmcv: Datum;
  stxdexpr: Datum;
}

export interface PgSubscriptionRow {
  oid: Oid;
  subdbid: Oid;
  subskiplsn: number | bigint;
  subname: string;
  subowner: Oid;
  subenabled: boolean;
  subbinary: boolean;
  substream: string;
  subtwophasestate: string;
  subdisableonerr: boolean;
  subpasswordrequired: boolean;
  subrunasowner: boolean;
  subfailover: boolean;
  subconninfo: string;
  subslotname: string | null;
  subsynccommit: string;
  subpublications: readonly string[];
  suborigin: string | null;
}

export interface PgSubscriptionRelRow {
  srsubid: Oid;
  srrelid: Oid;
  srsubstate: string;
  srsublsn: number | bigint | null;
}

export interface PgTablespaceRow {
  oid: Oid;
  spcname: string;
  spcowner: Oid;
  spcacl: readonly AclItem[] | null;
  spcoptions: readonly string[] | null;
}

export interface PgTransformRow {
  oid: Oid;
  trftype: Oid;
  trflang: Oid;
  trffromsql: Oid;
  trftosql: Oid;
}

export interface PgTriggerRow {
  oid: Oid;
  tgrelid: Oid;
  tgparentid: Oid;
  tgname: string;
  tgfoid: Oid;
  tgtype: number;
  tgenabled: string;
  tgisinternal: boolean;
  tgconstrrelid: Oid;
  tgconstrindid: Oid;
  tgconstraint: Oid;
  tgdeferrable: boolean;
  tginitdeferred: boolean;
  tgnargs: number;
  tgattr: readonly number[];
  tgargs: Uint8Array;
  tgqual: string | null;
  tgoldtable: string | null;
  tgnewtable: string | null;
}

export interface PgTsConfigRow {
  oid: Oid;
  cfgname: string;
  cfgnamespace: Oid;
  cfgowner: Oid;
  cfgparser: Oid;
}

export interface PgTsConfigMapRow {
  mapcfg: Oid;
  maptokentype: number;
  mapseqno: number;
  mapdict: Oid;
}

export interface PgTsDictRow {
  oid: Oid;
  dictname: string;
  dictnamespace: Oid;
  dictowner: Oid;
  dicttemplate: Oid;
  dictinitoption: string | null;
}

export interface PgTsParserRow {
  oid: Oid;
  prsname: string;
  prsnamespace: Oid;
  prsstart: Oid;
  prstoken: Oid;
  prsend: Oid;
  prsheadline: Oid;
  prslextype: Oid;
}

export interface PgTsTemplateRow {
  oid: Oid;
  tmplname: string;
  tmplnamespace: Oid;
  tmplinit: Oid;
  tmpllexize: Oid;
}

export interface PgTypeRow {
  oid: Oid;
  typname: string;
  typnamespace: Oid;
  typowner: Oid;
  typlen: number;
  typbyval: boolean;
  typtype: string;
  typcategory: string;
  typispreferred: boolean;
  typisdefined: boolean;
  typdelim: string;
  typrelid: Oid;
  typsubscript: Oid;
  typelem: Oid;
  typarray: Oid;
  typinput: Oid;
  typoutput: Oid;
  typreceive: Oid;
  typsend: Oid;
  typmodin: Oid;
  typmodout: Oid;
  typanalyze: Oid;
  typalign: string;
  typstorage: string;
  typnotnull: boolean;
  typbasetype: Oid;
  typtypmod: number;
  typndims: number;
  typcollation: Oid;
  typdefaultbin: string | null;
  typdefault: string | null;
  typacl: readonly AclItem[] | null;
}

export interface PgUserMappingRow {
  oid: Oid;
  umuser: Oid;
  umserver: Oid;
  umoptions: readonly string[] | null;
}

export interface CatalogRows {
  pg_aggregate: PgAggregateRow;
  pg_am: PgAmRow;
  pg_amop: PgAmopRow;
  pg_amproc: PgAmprocRow;
  pg_attrdef: PgAttrdefRow;
  pg_attribute: PgAttributeRow;
  pg_auth_members: PgAuthMembersRow;
  pg_authid: PgAuthidRow;
  pg_cast: PgCastRow;
  pg_class: PgClassRow;
  pg_collation: PgCollationRow;
  pg_constraint: PgConstraintRow;
  pg_conversion: PgConversionRow;
  pg_database: PgDatabaseRow;
  pg_db_role_setting: PgDbRoleSettingRow;
  pg_default_acl: PgDefaultAclRow;
  pg_depend: PgDependRow;
  pg_description: PgDescriptionRow;
  pg_enum: PgEnumRow;
  pg_event_trigger: PgEventTriggerRow;
  pg_extension: PgExtensionRow;
  pg_foreign_data_wrapper: PgForeignDataWrapperRow;
  pg_foreign_server: PgForeignServerRow;
  pg_foreign_table: PgForeignTableRow;
  pg_index: PgIndexRow;
  pg_inherits: PgInheritsRow;
  pg_init_privs: PgInitPrivsRow;
  pg_language: PgLanguageRow;
  pg_largeobject: PgLargeobjectRow;
  pg_largeobject_metadata: PgLargeobjectMetadataRow;
  pg_namespace: PgNamespaceRow;
  pg_opclass: PgOpclassRow;
  pg_operator: PgOperatorRow;
  pg_opfamily: PgOpfamilyRow;
  pg_parameter_acl: PgParameterAclRow;
  pg_partitioned_table: PgPartitionedTableRow;
  pg_policy: PgPolicyRow;
  pg_proc: PgProcRow;
  pg_publication: PgPublicationRow;
  pg_publication_namespace: PgPublicationNamespaceRow;
  pg_publication_rel: PgPublicationRelRow;
  pg_range: PgRangeRow;
  pg_replication_origin: PgReplicationOriginRow;
  pg_rewrite: PgRewriteRow;
  pg_seclabel: PgSeclabelRow;
  pg_sequence: PgSequenceRow;
  pg_shdepend: PgShdependRow;
  pg_shdescription: PgShdescriptionRow;
  pg_shseclabel: PgShseclabelRow;
  pg_statistic: PgStatisticRow;
  pg_statistic_ext: PgStatisticExtRow;
  pg_statistic_ext_data: PgStatisticExtDataRow;
  pg_subscription: PgSubscriptionRow;
  pg_subscription_rel: PgSubscriptionRelRow;
  pg_tablespace: PgTablespaceRow;
  pg_transform: PgTransformRow;
  pg_trigger: PgTriggerRow;
  pg_ts_config: PgTsConfigRow;
  pg_ts_config_map: PgTsConfigMapRow;
  pg_ts_dict: PgTsDictRow;
  pg_ts_parser: PgTsParserRow;
  pg_ts_template: PgTsTemplateRow;
  pg_type: PgTypeRow;
  pg_user_mapping: PgUserMappingRow;
}

/** e.g. 'pg_type' */
export type CatalogName = keyof CatalogRows;
export type CatalogRow<K extends CatalogName> = CatalogRows[K];
