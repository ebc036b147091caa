/** The rows that are written before the kill: transactions of two hundred rows each, with an index to be recovered too. */
const rowsEach = 200;

export const tableText = 'create table recovered (id integer primary key, a integer, s text)';

export function batchText(from) {
  const rows = Array.from({ length: rowsEach }, (_, k) => `(${from + k},${Math.imul(from + k, 7919) & 0xffff},'row ${from + k} that has to survive the end of its process')`);
  return { text: `insert into recovered values ${rows.join(',')}`, count: rowsEach };
}
