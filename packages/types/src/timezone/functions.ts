/** pg_timezone_names, pg_timezone_abbrevs: the zones as rows. */
import { defineFunctions, type CallContext } from '../function-impl.js';
import { EPOCH_SECONDS } from '../datetime/calendar.js';
import { sessionZone } from '../datetime/session.js';
import { Interval } from '../interval/value.js';
import { abbreviations } from './lookup.js';
import { findZone, zoneNames } from './zone.js';

const nowSeconds = (c: CallContext): number => Math.floor(c.env.transactionTimestamp() / 1_000_000) + EPOCH_SECONDS;
const offset = (seconds: number): Interval => new Interval(0, 0, seconds * 1_000_000);

defineFunctions({
  /** name, abbrev, utc_offset, is_dst */
  pg_timezone_names: {
    set: true,
    fn: (c: CallContext) => zoneNames().map((name) => {
      const info = findZone(name)!.at(nowSeconds(c));
      return [name, info.abbreviation, offset(info.offset), info.isDst];
    }),
  },
  /** abbrev, utc_offset, is_dst */
  pg_timezone_abbrevs_abbrevs: {
    set: true,
    fn: (c: CallContext) => [...abbreviations()].map(([name, a]) => {
      const info = 'offset' in a ? a : (findZone(a.zone)!.abbreviation(name, nowSeconds(c)) ?? findZone(a.zone)!.at(nowSeconds(c)));
      return [name.toUpperCase(), offset(info.offset), info.isDst];
    }),
  },
  pg_timezone_abbrevs_zone: {
    set: true,
    fn: (c: CallContext) => {
      const zone = sessionZone(c.env);
      return zone.abbreviationList().map((name) => {
        const info = zone.abbreviation(name, nowSeconds(c))!;
        return [name, offset(info.offset), info.isDst];
      });
    },
  },
});
