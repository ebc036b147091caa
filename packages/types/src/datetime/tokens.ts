/** The words of date/time and interval input, with what they mean. Words count by their first ten characters. */

export type FieldType =
  | 'RESERV' | 'MONTH' | 'YEAR' | 'DAY' | 'TZ' | 'DTZ' | 'DYNTZ' | 'IGNORE' | 'AMPM' | 'ADBC' | 'DOW' | 'DOY'
  | 'UNITS' | 'ISOTIME' | 'DTZMOD' | 'AGO';

export interface Token { readonly type: FieldType; readonly value: number | string }

export const TOKEN_LENGTH_MAX = 10;

function table(rows: string): Map<string, Token> {
  const out = new Map<string, Token>();
  for (const row of rows.trim().split('\n')) {
    const [type = '', value = '', ...words] = row.trim().split(/\s+/);
    const v = /^-?\d+$/.test(value) ? Number(value) : value;
    for (const word of words) out.set(word, { type: type as FieldType, value: v });
  }
  return out;
}

/** datetktbl */
export const dateTokens = table(`
RESERV early -infinity
RESERV late infinity +infinity
RESERV epoch epoch
RESERV now now
RESERV today today
RESERV tomorrow tomorrow
RESERV yesterday yesterday
RESERV zulu allballs
ADBC AD ad
ADBC BC bc
AMPM AM am
AMPM PM pm
IGNORE 0 at on
MONTH 1 jan january
MONTH 2 feb february
MONTH 3 mar march
MONTH 4 apr april
MONTH 5 may
MONTH 6 jun june
MONTH 7 jul july
MONTH 8 aug august
MONTH 9 sep sept september
MONTH 10 oct october
MONTH 11 nov november
MONTH 12 dec december
DOW 0 sun sunday
DOW 1 mon monday
DOW 2 tue tues tuesday
DOW 3 wed weds wednesday
DOW 4 thu thur thurs thursday
DOW 5 fri friday
DOW 6 sat saturday
DTZMOD 3600 dst
ISOTIME time t
UNITS day d
UNITS dow dow
UNITS doy doy
UNITS hour h
UNITS isodow isodow
UNITS isoyear isoyear
UNITS julian j jd julian
UNITS month m
UNITS minute mm
UNITS second s
UNITS year y
`);

/** deltatktbl */
export const unitTokens = table(`
IGNORE 0 @
AGO ago ago
UNITS century c cent centuries century
UNITS day d day days
UNITS decade dec decade decades decs
UNITS hour h hour hours hr hrs
UNITS minute m min mins minute minutes
UNITS month mon mons month months
UNITS microsecond microsecon us usec usecond useconds usecs
UNITS millisecond millisecon ms msec msecond mseconds msecs
UNITS millennium mil millennia millennium mils
UNITS quarter qtr quarter
UNITS second s sec second seconds secs
UNITS timezone timezone
UNITS timezone_hour timezone_h
UNITS timezone_minute timezone_m
UNITS week w week weeks
UNITS year y year years yr yrs
`);

export const dateToken = (word: string): Token | undefined => dateTokens.get(word.slice(0, TOKEN_LENGTH_MAX));
export const unitToken = (word: string): Token | undefined => unitTokens.get(word.slice(0, TOKEN_LENGTH_MAX));
