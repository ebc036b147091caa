/** How a date/time input can fail, and the errors PostgreSQL raises for it. */
import { SqlError } from '../errors.js';

/** Parse outcomes below zero; zero and above mean success. */
export const BAD_FORMAT = -1;
export const FIELD_OVERFLOW = -2;
export const MD_FIELD_OVERFLOW = -3;
export const INTERVAL_OVERFLOW = -4;
export const TZDISP_OVERFLOW = -5;
export const BAD_TIMEZONE = -6;

export function parseError(outcome: number, text: string, typeName: string, zone = ''): SqlError {
  switch (outcome) {
    case FIELD_OVERFLOW: return new SqlError('22008', `date/time field value out of range: "${text}"`);
    case MD_FIELD_OVERFLOW:
      return new SqlError('22008', `date/time field value out of range: "${text}"`,
        { hint: 'Perhaps you need a different "DateStyle" setting.' });
    case INTERVAL_OVERFLOW: return new SqlError('22015', `interval field value out of range: "${text}"`);
    case TZDISP_OVERFLOW: return new SqlError('22009', `time zone displacement out of range: "${text}"`);
    case BAD_TIMEZONE: return new SqlError('22023', `time zone "${zone}" not recognized`);
    default: return new SqlError('22007', `invalid input syntax for type ${typeName}: "${text}"`);
  }
}

export const timestampOutOfRange = (): SqlError => new SqlError('22008', 'timestamp out of range');
export const dateOutOfRange = (text?: string): SqlError =>
  new SqlError('22008', text === undefined ? 'date out of range' : `date out of range: "${text}"`);
export const intervalOutOfRange = (): SqlError => new SqlError('22008', 'interval out of range');
