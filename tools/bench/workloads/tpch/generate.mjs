/**
 * TPC-H's data, the same bytes in every run: the cardinalities, keys, value ranges and dependencies of the
 * specification's 4.2.3 (not dbgen's random streams). Comma-separated files, no value needs quoting.
 */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { randomOf } from '../loop.mjs';
import * as words from './words.mjs';

const version = 1;
const day = 86_400_000;
const startDate = Date.UTC(1992, 0, 1) / day;
const lastOrderDate = Date.UTC(1998, 7, 2) / day;
const currentDate = Date.UTC(1995, 5, 17) / day;

const dates = Array.from({ length: lastOrderDate + 160 - startDate }, (_, k) => new Date((startDate + k) * day).toISOString().slice(0, 10));
const dateText = (d) => dates[d - startDate];
const nine = (n) => String(n).padStart(9, '0');
const cents = (n) => `${n < 0 ? '-' : ''}${Math.floor(Math.abs(n) / 100)}.${String(Math.abs(n) % 100).padStart(2, '0')}`;

/** Draws of one table: each has a seed of its own, so that tables do not depend on each other. */
function drawing(seed) {
  const random = randomOf(seed);
  const between = (low, high) => low + random(high - low + 1);
  const pick = (list) => list[random(list.length)];
  const text = (low, high) => {
    const length = between(low, high);
    let made = '';
    while (made.length < length) made += `${pick(words.adverbs)} ${pick(words.adjectives)} ${pick(words.nouns)} ${pick(words.verbs)} ${pick(words.prepositions)} the ${pick(words.adjectives)} ${pick(words.nouns)}. `;
    return made.slice(0, length).trimEnd();
  };
  const letters = '0123456789abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  const address = () => { let made = ''; for (let k = between(10, 40); k > 0; k--) made += letters[random(letters.length)]; return made.trim(); };
  const phone = (nation) => `${nation + 10}-${between(100, 999)}-${between(100, 999)}-${between(1000, 9999)}`;
  return { random, between, pick, text, address, phone };
}

const retailCents = (part) => 90_000 + (Math.floor(part / 10) % 20_001) + 100 * (part % 1000);
const supplierOf = (part, k, suppliers) => ((part + k * (Math.floor(suppliers / 4) + Math.floor((part - 1) / suppliers))) % suppliers) + 1;
/** Eight keys of each 32 are used. */
const orderKey = (k) => (Math.floor((k - 1) / 8) * 32) + ((k - 1) % 8) + 1;

const makers = {
  * region() { const d = drawing(1); for (const [k, name] of words.regions.entries()) yield `${k},${name},${d.text(31, 115)}`; },
  * nation() { const d = drawing(2); for (const [k, [name, region]] of words.nations.entries()) yield `${k},${name},${region},${d.text(31, 114)}`; },
  * supplier(scale) {
    const d = drawing(3);
    for (let k = 1; k <= 10_000 * scale; k++) {
      const nation = d.random(25);
      const mood = d.random(2000);
      const comment = mood === 0 ? `${d.text(10, 30)} Customer ${d.pick(words.adverbs)} Complaints` : mood === 1 ? `${d.text(10, 30)} Customer ${d.pick(words.adverbs)} Recommends` : d.text(25, 100);
      yield `${k},Supplier#${nine(k)},${d.address()},${nation},${d.phone(nation)},${cents(d.between(-99_999, 999_999))},${comment}`;
    }
  },
  * customer(scale) {
    const d = drawing(4);
    for (let k = 1; k <= 150_000 * scale; k++) {
      const nation = d.random(25);
      yield `${k},Customer#${nine(k)},${d.address()},${nation},${d.phone(nation)},${cents(d.between(-99_999, 999_999))},${d.pick(words.segments)},${d.text(29, 116)}`;
    }
  },
  * part(scale) {
    const d = drawing(5);
    for (let k = 1; k <= 200_000 * scale; k++) {
      const name = new Set();
      while (name.size < 5) name.add(d.pick(words.colours));
      const maker = d.between(1, 5);
      yield `${k},${[...name].join(' ')},Manufacturer#${maker},Brand#${maker}${d.between(1, 5)},${d.pick(words.types)},${d.between(1, 50)},${d.pick(words.containers)},${cents(retailCents(k))},${d.text(5, 22)}`;
    }
  },
  * partsupp(scale) {
    const d = drawing(6);
    for (let k = 1; k <= 200_000 * scale; k++) for (let s = 0; s < 4; s++) {
      yield `${k},${supplierOf(k, s, 10_000 * scale)},${d.between(1, 9999)},${cents(d.between(100, 100_000))},${d.text(49, 198)}`;
    }
  },
};

/** One order's lines, and what the order sums up of them. */
function orderLines(d, key, orderDate, scale) {
  const lines = [];
  let [total, open] = [0, 0];
  const count = d.between(1, 7);
  for (let n = 1; n <= count; n++) {
    const part = d.between(1, 200_000 * scale);
    const supplier = supplierOf(part, d.random(4), 10_000 * scale);
    const quantity = d.between(1, 50);
    const price = quantity * retailCents(part);
    const [discount, tax] = [d.between(0, 10), d.between(0, 8)];
    const [ship, commit] = [orderDate + d.between(1, 121), orderDate + d.between(30, 90)];
    const receipt = ship + d.between(1, 30);
    const returned = receipt <= currentDate ? (d.random(2) === 0 ? 'R' : 'A') : 'N';
    const status = ship > currentDate ? 'O' : 'F';
    if (status === 'O') open++;
    total += (price * (100 + tax) * (100 - discount)) / 10_000;
    lines.push(`${key},${part},${supplier},${n},${quantity}.00,${cents(price)},${cents(discount)},${cents(tax)},${returned},${status},${dateText(ship)},${dateText(commit)},${dateText(receipt)},${d.pick(words.instructions)},${d.pick(words.modes)},${d.text(10, 43)}`);
  }
  return { lines, total: Math.round(total), status: open === count ? 'O' : open === 0 ? 'F' : 'P' };
}

/** Orders and their lines are made together. */
function writeOrders(scale, orders, lineitem) {
  const d = drawing(7);
  const customers = 150_000 * scale;
  for (let k = 1; k <= 1_500_000 * scale; k++) {
    let customer = d.between(1, customers);
    while (customer % 3 === 0) customer = d.between(1, customers);
    const date = d.between(startDate, lastOrderDate);
    const key = orderKey(k);
    const { lines, total, status } = orderLines(d, key, date, scale);
    orders(`${key},${customer},${status},${cents(total)},${dateText(date)},${d.pick(words.priorities)},Clerk#${nine(d.between(1, Math.max(1, 1000 * scale)))},0,${d.text(19, 78)}`);
    for (const line of lines) lineitem(line);
  }
}

function writerTo(path) {
  const file = openSync(path, 'w');
  let [waiting, size] = [[], 0];
  const flush = () => { if (waiting.length > 0) writeSync(file, `${waiting.join('\n')}\n`); [waiting, size] = [[], 0]; };
  const write = (line) => { waiting.push(line); size += line.length; if (size > 1 << 20) flush(); };
  return { write, close: () => { flush(); closeSync(file); } };
}

/** Makes the files of one scale below `cache`, once; answers their folder. */
export function generate(cache, scale) {
  const folder = join(cache, `tpch-${scale}-v${version}`);
  if (existsSync(folder)) return folder;
  const making = `${folder}.${process.pid}`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  for (const [table, make] of Object.entries(makers)) {
    const out = writerTo(join(making, `${table}.csv`));
    for (const line of make(scale)) out.write(line);
    out.close();
  }
  const [orders, lineitem] = ['orders', 'lineitem'].map((table) => writerTo(join(making, `${table}.csv`)));
  writeOrders(scale, orders.write, lineitem.write);
  orders.close();
  lineitem.close();
  renameSync(making, folder);
  return folder;
}
