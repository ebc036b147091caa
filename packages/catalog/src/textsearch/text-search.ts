/**
 * Text search configurations and dictionaries as the catalogs have them. What is made of a row hangs on the cached row,
 * so that it goes when the row does. Dictionary files come with the package, in data/tsearch_data.
 */
import { existsSync, readFileSync } from 'node:fs';
import { makeDictionary, parseOptions, SqlError, type Dictionary, type DictionaryOption, type Oid, type TextSearchCatalog, type TextSearchConfig } from '@pglitedb/types';
import type { CatalogReader } from '../api.js';
import type { CacheId } from '../cache/syscache-ids.js';
import { lookupNamed } from '../namespace/visibility.js';
import { splitQualifiedName } from '../quote.js';

const DEFAULT_PARSER: Oid = 3722;
const folder = new URL('../../data/tsearch_data/', import.meta.url);
const files = new Map<string, string>();
const dictionaries = new WeakMap<object, Dictionary>();
const configs = new WeakMap<object, TextSearchConfig>();

const NOUNS: Readonly<Record<string, string>> = { stop: 'stop-word', syn: 'synonym', ths: 'thesaurus', dict: 'dictionary', affix: 'affix' };

/** A dictionary's file. Its name has letters, digits and underscores only, so that it stays in its folder. */
export function readDictionaryFile(name: string, extension: string): string {
  if (!/^[a-z0-9_]+$/.test(name)) throw new SqlError('22023', `invalid text search configuration file name "${name}"`);
  const file = `${name}.${extension}`;
  let text = files.get(file);
  if (text === undefined) {
    const url = new URL(file, folder);
    if (!existsSync(url)) {
      throw new SqlError('F0000', `could not open ${NOUNS[extension] ?? extension} file "$SHAREDIR/tsearch_data/${file}": No such file or directory`);
    }
    text = readFileSync(url, 'utf8').replace(/^\ufeff/, '');
    files.set(file, text);
  }
  return text;
}

export class CatalogTextSearch implements TextSearchCatalog {
  constructor(private readonly reader: CatalogReader) {}

  private byName(cache: CacheId, noun: string, name: string): Oid {
    const names = splitQualifiedName(name);
    const oid = lookupNamed(this.reader, cache, names);
    if (oid === 0) throw new SqlError('42704', `text search ${noun} "${names.join('.')}" does not exist`);
    return oid;
  }

  configByName(name: string): Oid { return this.byName('TSCONFIGNAMENSP', 'configuration', name); }
  parserByName(name: string): Oid { return this.byName('TSPARSERNAMENSP', 'parser', name); }
  dictionaryByName(name: string): Oid { return this.byName('TSDICTNAMENSP', 'dictionary', name); }

  checkParser(oid: Oid): void {
    if (oid === DEFAULT_PARSER) return;
    const parser = this.reader.syscache('TSPARSEROID', oid);
    if (parser === undefined) throw new SqlError('XX000', `cache lookup failed for text search parser ${oid}`);
    if (this.reader.syscache('PROCOID', parser.prstoken)?.prosrc !== 'prsd_nexttoken') {
      throw new SqlError('0A000', `the text search parser ${parser.prsname} is not supported yet`);
    }
  }

  config(oid: Oid): TextSearchConfig {
    const row = this.reader.syscache('TSCONFIGOID', oid);
    if (row === undefined) throw new SqlError('XX000', `cache lookup failed for text search configuration ${oid}`);
    const rows = this.reader.syscacheList('TSCONFIGMAP', oid);
    let config = configs.get(rows);
    if (config === undefined || config.parserOid !== row.cfgparser) {
      const lists: Oid[][] = [];
      for (const r of [...rows].sort((a, b) => a.mapseqno - b.mapseqno)) (lists[r.maptokentype] ??= []).push(r.mapdict);
      config = { parserOid: row.cfgparser, dictionaries: lists };
      configs.set(rows, config);
    }
    return config;
  }

  dictionary(oid: Oid): Dictionary {
    const row = this.reader.syscache('TSDICTOID', oid);
    if (row === undefined) throw new SqlError('XX000', `cache lookup failed for text search dictionary ${oid}`);
    let dictionary = dictionaries.get(row);
    if (dictionary === undefined) {
      dictionary = this.make(row.dicttemplate, row.dictinitoption === null ? [] : parseOptions(row.dictinitoption));
      dictionaries.set(row, dictionary);
    }
    return dictionary;
  }

  /** A dictionary of a template with these options: also how they are checked. */
  make(template: Oid, options: readonly DictionaryOption[]): Dictionary {
    const row = this.reader.syscache('TSTEMPLATEOID', template);
    if (row === undefined) throw new SqlError('XX000', `cache lookup failed for text search template ${template}`);
    const lexize = this.reader.syscache('PROCOID', row.tmpllexize)?.prosrc ?? '';
    return makeDictionary(lexize, { options, readFile: readDictionaryFile, dictionaryByName: (name) => this.dictionary(this.dictionaryByName(name)) });
  }
}
