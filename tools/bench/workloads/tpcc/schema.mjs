/** The tables of the TPC-C-like workload (specification 1.3, without columns that only fill space), and its first rows. */
import { randomOf } from '../loop.mjs';

export const districts = 10;

export const tables = [
  'create table warehouse (w_id integer primary key, w_name text, w_tax numeric(4,4), w_ytd numeric(12,2))',
  'create table district (d_w_id integer, d_id integer, d_name text, d_tax numeric(4,4), d_ytd numeric(12,2), d_next_o_id integer, primary key (d_w_id, d_id))',
  'create table customer (c_w_id integer, c_d_id integer, c_id integer, c_last text, c_discount numeric(4,4), c_balance numeric(12,2), c_ytd_payment numeric(12,2), c_payment_cnt integer, c_data text, primary key (c_w_id, c_d_id, c_id))',
  'create table history (h_c_id integer, h_c_d_id integer, h_c_w_id integer, h_date timestamptz, h_amount numeric(6,2))',
  'create table item (i_id integer primary key, i_name text, i_price numeric(5,2))',
  'create table stock (s_w_id integer, s_i_id integer, s_quantity integer, s_ytd integer, s_order_cnt integer, primary key (s_w_id, s_i_id))',
  'create table orders (o_w_id integer, o_d_id integer, o_id integer, o_c_id integer, o_entry_d timestamptz, o_carrier_id integer, o_ol_cnt integer, primary key (o_w_id, o_d_id, o_id))',
  'create index orders_customer on orders (o_w_id, o_d_id, o_c_id, o_id)',
  'create table new_order (no_w_id integer, no_d_id integer, no_o_id integer, primary key (no_w_id, no_d_id, no_o_id))',
  'create table order_line (ol_w_id integer, ol_d_id integer, ol_o_id integer, ol_number integer, ol_i_id integer, ol_delivery_d timestamptz, ol_quantity integer, ol_amount numeric(6,2), primary key (ol_w_id, ol_d_id, ol_o_id, ol_number))',
];

/** Starts with a third of the orders undelivered, as the specification does. */
export const fill = ({ warehouses, customers, items }) => [
  `insert into warehouse select w, 'warehouse ' || w, 0.0001 * (w % 2000), 0 from generate_series(1, ${warehouses}) w`,
  `insert into district select w, d, 'district ' || d, 0.0001 * (d * 97 % 2000), 0, ${customers + 1} from generate_series(1, ${warehouses}) w, generate_series(1, ${districts}) d`,
  `insert into customer select w, d, c, 'name ' || c % 100, 0.0001 * (c % 5000), 0, 0, 0, repeat('data ', 20) from generate_series(1, ${warehouses}) w, generate_series(1, ${districts}) d, generate_series(1, ${customers}) c`,
  `insert into item select i, 'item ' || i, 1 + (i * 7919 % 9900) / 100.0 from generate_series(1, ${items}) i`,
  `insert into stock select w, i, 10 + i * 31 % 91, 0, 0 from generate_series(1, ${warehouses}) w, generate_series(1, ${items}) i`,
  `insert into orders select w, d, o, 1 + o * 7 % ${customers}, now(), case when o <= ${customers} * 2 / 3 then 1 + o % 10 end, 5 from generate_series(1, ${warehouses}) w, generate_series(1, ${districts}) d, generate_series(1, ${customers}) o`,
  'insert into new_order select o_w_id, o_d_id, o_id from orders where o_carrier_id is null',
  `insert into order_line select o_w_id, o_d_id, o_id, n, 1 + (o_id * 5 + n) * 37 % ${items}, case when o_carrier_id is not null then o_entry_d end, 5, 0 from orders, generate_series(1, 5) n`,
  'analyze',
];

/** Each answers the number of rows that break one of the specification's conditions (3.3.2). */
export const conditions = {
  'warehouse and district sums': 'select count(*) from warehouse where w_ytd <> (select sum(d_ytd) from district where d_w_id = w_id)',
  'sums and history': 'select count(*) from warehouse where w_ytd <> (select coalesce(sum(h_amount), 0) from history where h_c_w_id = w_id)',
  'next order numbers': 'select count(*) from district where d_next_o_id - 1 <> (select max(o_id) from orders where o_w_id = d_w_id and o_d_id = d_id)',
  'new orders without gaps': 'select count(*) from (select 1 from new_order group by no_w_id, no_d_id having max(no_o_id) - min(no_o_id) + 1 <> count(*)) s',
  'order lines in all': 'select count(*) from (select (select sum(o_ol_cnt) from orders) as a, (select count(*) from order_line) as b) s where a <> b',
  'lines of each order': 'select count(*) from orders left join (select ol_w_id, ol_d_id, ol_o_id, count(*) as n from order_line group by 1, 2, 3) l on (o_w_id, o_d_id, o_id) = (ol_w_id, ol_d_id, ol_o_id) where o_ol_cnt is distinct from n',
  'undelivered orders': 'select count(*) from orders full join new_order on (o_w_id, o_d_id, o_id) = (no_w_id, no_d_id, no_o_id) where (o_carrier_id is null) <> (no_o_id is not null) or o_id is null',
  'delivered lines': 'select count(*) from orders join order_line on (o_w_id, o_d_id, o_id) = (ol_w_id, ol_d_id, ol_o_id) where (o_carrier_id is null) <> (ol_delivery_d is null)',
  'customer balances': `select count(*) from customer left join (select o_w_id, o_d_id, o_c_id, sum(ol_amount) as delivered from orders join order_line on (o_w_id, o_d_id, o_id) = (ol_w_id, ol_d_id, ol_o_id)
    where ol_delivery_d is not null group by 1, 2, 3) d on (c_w_id, c_d_id, c_id) = (o_w_id, o_d_id, o_c_id) where c_balance <> coalesce(delivered, 0) - c_ytd_payment`,
};

/** What a client draws. */
export function drawing(seed, { warehouses, customers, items }) {
  const random = randomOf(seed);
  const between = (low, high) => low + random(high - low + 1);
  return { between, warehouse: () => between(1, warehouses), district: () => between(1, districts), customer: () => between(1, customers), item: () => between(1, items) };
}
