/**
 * The default text search parser's states. A rule reads `class flags [state] [token type] [special]`; rules are tried
 * in order and the first whose class fits the current character is taken. Class: `'x` is that character, `any` always
 * fits. Flags: next, push (remember where to go on after a pop), pop, bingo (a token ends here), clear and clearall
 * (forget pushed positions), merge, rerun (stay at the character).
 */

/** Token types by number: alias and description as ts_token_type shows them; 0 is none. */
export const TOKEN_TYPES: readonly (readonly [alias: string, description: string])[] = [
  ['', ''], ['asciiword', 'Word, all ASCII'], ['word', 'Word, all letters'], ['numword', 'Word, letters and digits'], ['email', 'Email address'],
  ['url', 'URL'], ['host', 'Host'], ['sfloat', 'Scientific notation'], ['version', 'Version number'],
  ['hword_numpart', 'Hyphenated word part, letters and digits'], ['hword_part', 'Hyphenated word part, all letters'],
  ['hword_asciipart', 'Hyphenated word part, all ASCII'], ['blank', 'Space symbols'], ['tag', 'XML tag'], ['protocol', 'Protocol head'],
  ['numhword', 'Hyphenated word, letters and digits'], ['asciihword', 'Hyphenated word, all ASCII'], ['hword', 'Hyphenated word, all letters'],
  ['url_path', 'URL path'], ['file', 'File or path name'], ['float', 'Decimal notation'], ['int', 'Signed integer'], ['uint', 'Unsigned integer'],
  ['entity', 'XML entity'],
];

export const STATES: Readonly<Record<string, string>> = {
  Base: `eof next; '< push TagFirst; ignore next Space; asclet next AsciiWord; alpha next Word; digit next UnsignedInt;
    '- push SignedIntFirst; '+ push SignedIntFirst; '& push EntityFirst; '~ push FileTwiddle; '/ push FileFirst; '. push PathFirstFirst; any next Space`,
  NumWord: `eof bingo Base numword; alnum next NumWord; special next NumWord; '@ push Email; '/ push FileFirst; '. push FileNext;
    '- push HyphenNumWordFirst; any bingo Base numword`,
  AsciiWord: `eof bingo Base asciiword; asclet next; '. push HostFirstDomain; '. push FileNext; '- push HostFirstAN; '- push HyphenAsciiWordFirst;
    '_ push HostFirstAN; '@ push Email; ': push ProtocolFirst; '/ push FileFirst; digit push Host; digit next NumWord; alpha next Word;
    special next Word; any bingo Base asciiword`,
  Word: `eof bingo Base word; alpha next; special next; digit next NumWord; '- push HyphenWordFirst; any bingo Base word`,
  UnsignedInt: `eof bingo Base uint; digit next; '. push HostFirstDomain; '. push UDecimalFirst; 'e push MantissaFirst; 'E push MantissaFirst;
    '- push HostFirstAN; '_ push HostFirstAN; '@ push Email; asclet push Host; alpha next NumWord; special next NumWord; '/ push FileFirst; any bingo Base uint`,
  SignedIntFirst: `eof pop; digit next+clear SignedInt; any pop`,
  SignedInt: `eof bingo Base int; digit next; '. push DecimalFirst; 'e push MantissaFirst; 'E push MantissaFirst; any bingo Base int`,
  Space: `eof bingo Base blank; '< bingo Base blank; ignore next; '- bingo Base blank; '+ bingo Base blank; '& bingo Base blank; '/ bingo Base blank;
    notalnum next Space; any bingo Base blank`,
  UDecimalFirst: `eof pop; digit clear UDecimal; any pop`,
  UDecimal: `eof bingo Base float; digit next UDecimal; '. push VersionFirst; 'e push MantissaFirst; 'E push MantissaFirst; any bingo Base float`,
  DecimalFirst: `eof pop; digit clear Decimal; any pop`,
  Decimal: `eof bingo Base float; digit next Decimal; '. push VerVersion; 'e push MantissaFirst; 'E push MantissaFirst; any bingo Base float`,
  VerVersion: `eof pop; digit rerun SVerVersion - verversion; any pop`,
  SVerVersion: `eof pop; digit bingo+clearall UnsignedInt blank; any next`,
  VersionFirst: `eof pop; digit clear Version; any pop`,
  Version: `eof bingo Base version; digit next Version; '. push VersionFirst; any bingo Base version`,
  MantissaFirst: `eof pop; digit clear Mantissa; '+ next MantissaSign; '- next MantissaSign; any pop`,
  MantissaSign: `eof pop; digit clear Mantissa; any pop`,
  Mantissa: `eof bingo Base sfloat; digit next Mantissa; any bingo Base sfloat`,
  EntityFirst: `eof pop; '# next EntityNumFirst; asclet next Entity; ': next Entity; '_ next Entity; any pop`,
  Entity: `eof pop; alnum next Entity; ': next Entity; '_ next Entity; '. next Entity; '- next Entity; '; next EntityEnd; any pop`,
  EntityNumFirst: `eof pop; 'x next EntityHexNumFirst; 'X next EntityHexNumFirst; digit next EntityNum; any pop`,
  EntityHexNumFirst: `eof pop; xdigit next EntityHexNum; any pop`,
  EntityNum: `eof pop; digit next EntityNum; '; next EntityEnd; any pop`,
  EntityHexNum: `eof pop; xdigit next EntityHexNum; '; next EntityEnd; any pop`,
  EntityEnd: `any bingo+clear Base entity`,
  TagFirst: `eof pop; '/ push TagCloseFirst; '! push CommentFirst; '? push XmlBegin; asclet push TagName; ': push TagName; '_ push TagName; any pop`,
  XmlBegin: `eof pop; 'x next Tag; any pop`,
  TagCloseFirst: `eof pop; asclet next TagName; any pop`,
  TagName: `eof pop; '/ next TagBeginEnd; '> next TagEnd - tags; space next Tag - tags; alnum next; ': next; '_ next; '. next; '- next; any pop`,
  TagBeginEnd: `eof pop; '> next TagEnd; any pop`,
  Tag: `eof pop; '> next TagEnd - tags; '' next TagEscapeK; '" next TagEscapeKK; asclet next; digit next; '= next; '- next; '_ next; '# next; '/ next;
    ': next; '. next; '& next; '? next; '% next; '~ next; space next - - tags; any pop`,
  TagEscapeK: `eof pop; '\\ push TagBackslashed; '' next Tag; any next TagEscapeK`,
  TagEscapeKK: `eof pop; '\\ push TagBackslashed; '" next Tag; any next TagEscapeKK`,
  TagBackslashed: `eof pop; any merge`,
  TagEnd: `any bingo+clearall Base tag`,
  CommentFirst: `eof pop; '- next CommentLast; 'D next Tag; 'd next Tag; any pop`,
  CommentLast: `eof pop; '- next Comment; any pop`,
  Comment: `eof pop; '- next CloseCommentFirst; any next`,
  CloseCommentFirst: `eof pop; '- next CloseCommentLast; any next Comment`,
  CloseCommentLast: `eof pop; '- next; '> next CommentEnd; any next Comment`,
  CommentEnd: `any bingo+clearall Base tag`,
  HostFirstDomain: `eof pop; asclet next HostDomainSecond; digit next Host; any pop`,
  HostDomainSecond: `eof pop; asclet next HostDomain; digit push Host; '- push HostFirstAN; '_ push HostFirstAN; '. push HostFirstDomain; '@ push Email; any pop`,
  HostDomain: `eof bingo+clearall Base host; asclet next HostDomain; digit push Host; ': push PortFirst; '- push HostFirstAN; '_ push HostFirstAN;
    '. push HostFirstDomain; '@ push Email; digit pop; stophost bingo+clearall UrlPathStart host; '/ push Furl; any bingo+clearall Base host`,
  PortFirst: `eof pop; digit next Port; any pop`,
  Port: `eof bingo+clearall Base host; digit next Port; stophost bingo+clearall UrlPathStart host; '/ push Furl; any bingo+clearall Base host`,
  HostFirstAN: `eof pop; digit next Host; asclet next Host; any pop`,
  Host: `eof pop; digit next Host; asclet next Host; '@ push Email; '. push HostFirstDomain; '- push HostFirstAN; '_ push HostFirstAN; any pop`,
  Email: `stophost pop; host bingo+clearall Base email; any pop`,
  FileFirst: `eof pop; asclet next File; digit next File; '. next PathFirst; '_ next File; '~ push FileTwiddle; any pop`,
  FileTwiddle: `eof pop; asclet next File; digit next File; '_ next File; '/ next FileFirst; any pop`,
  PathFirst: `eof pop; asclet next File; digit next File; '_ next File; '. next PathSecond; '/ next FileFirst; any pop`,
  PathFirstFirst: `eof pop; '. next PathSecond; '/ next FileFirst; any pop`,
  PathSecond: `eof bingo+clear Base file; '/ next+push FileFirst; '/ bingo+clear Base file; space bingo+clear Base file; any pop`,
  File: `eof bingo Base file; asclet next File; digit next File; '. push FileNext; '_ next File; '- next File; '/ push FileFirst; any bingo Base file`,
  FileNext: `eof pop; asclet clear File; digit clear File; '_ clear File; any pop`,
  UrlPathFirst: `eof pop; urlchar clear UrlPath; any pop`,
  UrlPathStart: `any next UrlPath`,
  UrlPath: `eof bingo Base url_path; urlchar next UrlPath; any bingo Base url_path`,
  Furl: `eof pop; urlpath bingo+clearall Base url furl; any pop`,
  ProtocolFirst: `eof pop; '/ next ProtocolSecond; any pop`,
  ProtocolSecond: `eof pop; '/ next ProtocolEnd; any pop`,
  ProtocolEnd: `any bingo+clearall Base protocol`,
  HyphenAsciiWordFirst: `eof pop; asclet next HyphenAsciiWord; alpha next HyphenWord; digit next HyphenDigitLookahead; any pop`,
  HyphenAsciiWord: `eof bingo+clearall ParseHyphen asciihword hyphen; asclet next HyphenAsciiWord; alpha next HyphenWord; special next HyphenWord;
    digit next HyphenNumWord; '- push HyphenAsciiWordFirst; any bingo+clearall ParseHyphen asciihword hyphen`,
  HyphenWordFirst: `eof pop; alpha next HyphenWord; digit next HyphenDigitLookahead; any pop`,
  HyphenWord: `eof bingo+clearall ParseHyphen hword hyphen; alpha next HyphenWord; special next HyphenWord; digit next HyphenNumWord;
    '- push HyphenWordFirst; any bingo+clearall ParseHyphen hword hyphen`,
  HyphenNumWordFirst: `eof pop; alpha next HyphenNumWord; digit next HyphenDigitLookahead; any pop`,
  HyphenNumWord: `eof bingo+clearall ParseHyphen numhword hyphen; alnum next HyphenNumWord; special next HyphenNumWord; '- push HyphenNumWordFirst;
    any bingo+clearall ParseHyphen numhword hyphen`,
  HyphenDigitLookahead: `eof pop; digit next HyphenDigitLookahead; alpha next HyphenNumWord; special next HyphenNumWord; any pop`,
  ParseHyphen: `eof rerun Base; asclet next HyphenAsciiWordPart; alpha next HyphenWordPart; digit push HyphenUnsignedInt; '- push ParseHyphenHyphen;
    any rerun Base`,
  ParseHyphenHyphen: `eof pop; alnum bingo+clear ParseHyphen blank; special bingo+clear ParseHyphen blank; any pop`,
  HyphenWordPart: `eof bingo Base hword_part; alpha next HyphenWordPart; special next HyphenWordPart; digit next HyphenNumWordPart;
    any bingo ParseHyphen hword_part`,
  HyphenAsciiWordPart: `eof bingo Base hword_asciipart; asclet next HyphenAsciiWordPart; alpha next HyphenWordPart; special next HyphenWordPart;
    digit next HyphenNumWordPart; any bingo ParseHyphen hword_asciipart`,
  HyphenNumWordPart: `eof bingo Base hword_numpart; alnum next HyphenNumWordPart; special next HyphenNumWordPart; any bingo ParseHyphen hword_numpart`,
  HyphenUnsignedInt: `eof pop; digit next; alpha clear HyphenNumWordPart; special clear HyphenNumWordPart; any pop`,
};
