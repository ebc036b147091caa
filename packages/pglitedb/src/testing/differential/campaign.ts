/**
 * Runs scenarios on both sides until so many statements have agreed. A scenario ends at its first difference, which is
 * cut down: first statements before it, then the statement itself, as long as the same kind of difference stays.
 */
import { type Answer, difference, show } from './answer.js';
import { type Scenario, scenario, type Step } from './scenario.js';
import type { Side } from './sides.js';
import { render, smaller } from './tree.js';

export interface Sides { ours: Side; oracle: Side }
export interface Difference { seed: number; kind: string; script: string; ours: string; theirs: string }
export interface Options { seed: number; count: number; area?: string | undefined; shrink: boolean; differencesMax: number; report?: ((found: Difference) => void) | undefined }

const SCENARIO_STEPS = 100;
const SHRINK_TRIES_MAX = 400;
const RESET = ['DEALLOCATE ALL', 'RESET ALL', 'SET client_min_messages = warning', 'DROP SCHEMA IF EXISTS d CASCADE', 'CREATE SCHEMA d', 'SET search_path = d', "SET statement_timeout = '60s'", "SET datestyle = 'ISO, MDY'", "SET timezone = 'UTC'"];

interface Found { kind: string; at: number; ours: Answer; theirs: Answer; setUp: boolean }

async function both(sides: Sides, sql: string): Promise<[Answer, Answer]> {
  return Promise.all([sides.ours.run(sql), sides.oracle.run(sql)]);
}

/** The first difference. A failing set-up statement is one as well, if only one side fails. */
async function play(sides: Sides, setUp: readonly string[], steps: readonly Step[], counter?: { statements: number; failures: number }): Promise<Found | undefined> {
  await both(sides, 'ROLLBACK');
  await both(sides, RESET.join('; '));
  for (let at = 0; at < setUp.length; at++) {
    const [ours, theirs] = await both(sides, setUp[at]!);
    const kind = difference(ours, theirs, false);
    if (kind !== undefined) return { kind: `set-up: ${kind}`, at, ours, theirs, setUp: true };
  }
  for (let at = 0; at < steps.length; at++) {
    const sql = render(steps[at]!.part);
    const [ours, theirs] = await both(sides, sql);
    if (counter !== undefined && !sql.startsWith('SET ')) {
      counter.statements++;
      if (theirs.failure !== undefined) counter.failures++;
    }
    const kind = difference(ours, theirs, steps[at]!.ordered);
    if (kind !== undefined) return { kind, at, ours, theirs, setUp: false };
  }
  return undefined;
}

/** Removes what the difference does not need. */
async function shrunk(sides: Sides, setUp: readonly string[], steps: readonly Step[], kind: string): Promise<[readonly string[], readonly Step[], Found]> {
  let tries = 0;
  let best = (await play(sides, setUp, steps))!;
  const attempt = async (lessSetUp: readonly string[], lessSteps: readonly Step[]): Promise<boolean> => {
    tries++;
    const found = await play(sides, lessSetUp, lessSteps);
    if (found?.kind !== kind) return false;
    [setUp, steps, best] = [lessSetUp, lessSteps.slice(0, found.setUp ? 0 : found.at + 1), found];
    return true;
  };
  const without = async (): Promise<void> => {
    for (let size = Math.max(steps.length >> 1, 1); size >= 1; size >>= 1) {
      for (let at = steps.length - 1 - size; at >= 0 && tries < SHRINK_TRIES_MAX; at -= size) await attempt(setUp, [...steps.slice(0, at), ...steps.slice(at + size)]);
    }
    for (let at = setUp.length - 1; at >= 0 && tries < SHRINK_TRIES_MAX; at--) await attempt([...setUp.slice(0, at), ...setUp.slice(at + 1)], steps);
  };
  await without();
  for (let progress = true; progress && tries < SHRINK_TRIES_MAX && steps.length > 0;) {
    progress = false;
    const last = steps.at(-1)!;
    for (const part of smaller(last.part)) {
      if (tries >= SHRINK_TRIES_MAX) break;
      progress = await attempt(setUp, [...steps.slice(0, -1), { ...last, part }]);
      if (progress) break;
    }
  }
  await without();
  return [setUp, steps, best];
}

function described(seed: number, found: Found, setUp: readonly string[], steps: readonly Step[]): Difference {
  const script = [...(found.setUp ? setUp.slice(0, found.at + 1) : [...setUp, ...steps.map((s) => render(s.part))])].map((s) => `${s};`).join('\n');
  return { seed, kind: found.kind, script, ours: show(found.ours), theirs: show(found.theirs) };
}

async function examine(sides: Sides, seed: number, made: Scenario, found: Found, shrink: boolean): Promise<Difference> {
  const steps = found.setUp ? [] : made.steps.slice(0, found.at + 1);
  if (!shrink) return described(seed, found, made.setUp, steps);
  const again = await play(sides, made.setUp, steps);
  if (again === undefined) return { ...described(seed, found, made.setUp, steps), kind: `${found.kind}, not when repeated` };
  const [setUp, fewer, best] = await shrunk(sides, made.setUp, steps, again.kind);
  return described(seed, best, setUp, fewer);
}

/** Scenario k of a seed has the seed `seed * 100000 + k`, so that one alone can be run again. */
export async function campaign(sides: Sides, options: Options): Promise<{ statements: number; failures: number; differences: Difference[] }> {
  const counter = { statements: 0, failures: 0 };
  const differences: Difference[] = [];
  for (let k = 0; counter.statements < options.count && differences.length < options.differencesMax; k++) {
    const seed = options.seed * 100_000 + k;
    const made = scenario(seed, SCENARIO_STEPS, options.area);
    const found = await play(sides, made.setUp, made.steps, counter);
    if (found === undefined) continue;
    const seen = await examine(sides, seed, made, found, options.shrink);
    differences.push(seen);
    options.report?.(seen);
  }
  return { ...counter, differences };
}

/** One scenario by its own seed. */
export async function single(sides: Sides, seed: number, area: string | undefined): Promise<Difference | undefined> {
  const made = scenario(seed, SCENARIO_STEPS, area);
  const found = await play(sides, made.setUp, made.steps);
  return found === undefined ? undefined : examine(sides, seed, made, found, true);
}
