/** TPC-C's five transactions (specification 2.4 to 2.8) as prepared statements of one client. */

const statements = {
  warehouseTax: 'select w_tax from warehouse where w_id = $1',
  nextOrder: 'update district set d_next_o_id = d_next_o_id + 1 where d_w_id = $1 and d_id = $2 returning d_next_o_id - 1 as o_id, d_tax',
  discount: 'select c_discount, c_last from customer where c_w_id = $1 and c_d_id = $2 and c_id = $3',
  insertOrder: 'insert into orders values ($1, $2, $3, $4, now(), null, $5)',
  insertNewOrder: 'insert into new_order values ($1, $2, $3)',
  price: 'select i_price from item where i_id = $1',
  takeStock: 'update stock set s_quantity = case when s_quantity >= $1 + 10 then s_quantity - $1 else s_quantity - $1 + 91 end, s_ytd = s_ytd + $1, s_order_cnt = s_order_cnt + 1 where s_w_id = $2 and s_i_id = $3 returning s_quantity',
  insertLine: 'insert into order_line values ($1, $2, $3, $4, $5, null, $6, $7)',
  payWarehouse: 'update warehouse set w_ytd = w_ytd + $1 where w_id = $2',
  payDistrict: 'update district set d_ytd = d_ytd + $1 where d_w_id = $2 and d_id = $3',
  payCustomer: 'update customer set c_balance = c_balance - $1, c_ytd_payment = c_ytd_payment + $1, c_payment_cnt = c_payment_cnt + 1 where c_w_id = $2 and c_d_id = $3 and c_id = $4',
  insertHistory: 'insert into history values ($1, $2, $3, now(), $4)',
  balance: 'select c_balance, c_last from customer where c_w_id = $1 and c_d_id = $2 and c_id = $3',
  lastOrder: 'select o_id, o_carrier_id from orders where o_w_id = $1 and o_d_id = $2 and o_c_id = $3 order by o_id desc limit 1',
  lines: 'select ol_i_id, ol_quantity, ol_amount, ol_delivery_d from order_line where ol_w_id = $1 and ol_d_id = $2 and ol_o_id = $3',
  oldest: 'select no_o_id from new_order where no_w_id = $1 and no_d_id = $2 order by no_o_id limit 1 for update',
  deleteNewOrder: 'delete from new_order where no_w_id = $1 and no_d_id = $2 and no_o_id = $3',
  carry: 'update orders set o_carrier_id = $1 where o_w_id = $2 and o_d_id = $3 and o_id = $4 returning o_c_id',
  deliverLines: 'update order_line set ol_delivery_d = now() where ol_w_id = $1 and ol_d_id = $2 and ol_o_id = $3',
  amount: 'select sum(ol_amount) as total from order_line where ol_w_id = $1 and ol_d_id = $2 and ol_o_id = $3',
  credit: 'update customer set c_balance = c_balance + $1 where c_w_id = $2 and c_d_id = $3 and c_id = $4',
  nextOf: 'select d_next_o_id from district where d_w_id = $1 and d_id = $2',
  lowStock: 'select count(distinct s_i_id) as n from order_line join stock on s_w_id = ol_w_id and s_i_id = ol_i_id where ol_w_id = $1 and ol_d_id = $2 and ol_o_id >= $3 and ol_o_id < $4 and s_quantity < $5',
};

export async function prepareAll(client) {
  const prepared = {};
  for (const [name, sql] of Object.entries(statements)) prepared[name] = await client.prepare(sql);
  return prepared;
}

const firstRow = async (result) => (await result).rows[0];

/** Raised to roll a new order back, as one in a hundred must. */
class Unwanted extends Error {}

async function newOrder(p, d) {
  const [w, di, c] = [d.warehouse(), d.district(), d.customer()];
  await p.warehouseTax([w]);
  const { o_id: o } = await firstRow(p.nextOrder([w, di]));
  await p.discount([w, di, c]);
  const items = Array.from({ length: d.between(5, 15) }, () => d.item()).sort((a, b) => a - b);
  await p.insertOrder([w, di, o, c, items.length]);
  await p.insertNewOrder([w, di, o]);
  for (const [k, item] of items.entries()) {
    const quantity = d.between(1, 10);
    const { i_price: price } = await firstRow(p.price([item]));
    await p.takeStock([quantity, w, item]);
    await p.insertLine([w, di, o, k + 1, item, quantity, (quantity * Number(price)).toFixed(2)]);
  }
  if (d.between(1, 100) === 1) throw new Unwanted();
}

async function payment(p, d) {
  const [w, di, c, amount] = [d.warehouse(), d.district(), d.customer(), `${d.between(1, 4999)}.${d.between(10, 99)}`];
  await p.payWarehouse([amount, w]);
  await p.payDistrict([amount, w, di]);
  await p.payCustomer([amount, w, di, c]);
  await p.insertHistory([c, di, w, amount]);
}

async function orderStatus(p, d) {
  const [w, di, c] = [d.warehouse(), d.district(), d.customer()];
  await p.balance([w, di, c]);
  const last = await firstRow(p.lastOrder([w, di, c]));
  if (last !== undefined) await p.lines([w, di, last.o_id]);
}

async function delivery(p, d) {
  const [w, carrier] = [d.warehouse(), d.between(1, 10)];
  for (let di = 1; di <= 10; di++) {
    const oldest = await firstRow(p.oldest([w, di]));
    if (oldest === undefined) continue;
    const o = oldest.no_o_id;
    await p.deleteNewOrder([w, di, o]);
    const { o_c_id: c } = await firstRow(p.carry([carrier, w, di, o]));
    await p.deliverLines([w, di, o]);
    const { total } = await firstRow(p.amount([w, di, o]));
    await p.credit([total, w, di, c]);
  }
}

async function stockLevel(p, d) {
  const [w, di] = [d.warehouse(), d.district()];
  const { d_next_o_id: next } = await firstRow(p.nextOf([w, di]));
  await p.lowStock([w, di, next - 20, next, d.between(10, 20)]);
}

/** The mix of 5.2.3, in percent. */
export const mix = [[45, newOrder], [43, payment], [4, orderStatus], [4, delivery], [4, stockLevel]];

export function draw(d) {
  let at = d.between(1, 100);
  for (const [share, transaction] of mix) if ((at -= share) <= 0) return transaction;
  return newOrder;
}

const retried = new Set(['40001', '40P01']);

/** Runs one transaction to its end; answers how often it had to begin again. */
export async function runTransaction(client, prepared, d, transaction) {
  for (let again = 0; ; again++) {
    await client.exec('begin');
    try {
      await transaction(prepared, d);
      await client.exec('commit');
      return again;
    } catch (error) {
      await client.exec('rollback');
      if (error instanceof Unwanted) return again;
      if (!retried.has(error.code) || again > 20) throw error;
    }
  }
}
