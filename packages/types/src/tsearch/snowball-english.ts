/** The English stemmer of the Snowball project ("Porter 2"): suffixes are taken off in steps, within the regions R1 and R2. */

const VOWEL = /[aeiouy]/;
const isVowel = (c: string | undefined): boolean => c !== undefined && VOWEL.test(c);
const DOUBLES = new Set(['bb', 'dd', 'ff', 'gg', 'mm', 'nn', 'pp', 'rr', 'tt']);

/** Words with stems of their own. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  skis: 'ski', skies: 'sky', dying: 'die', lying: 'lie', tying: 'tie', idly: 'idl', gently: 'gentl', ugly: 'ugli', early: 'earli', only: 'onli', singly: 'singl',
  sky: 'sky', news: 'news', howe: 'howe', atlas: 'atlas', cosmos: 'cosmos', bias: 'bias', andes: 'andes',
};
/** Left alone once their s is gone. */
const KEPT = new Set(['inning', 'outing', 'canning', 'herring', 'earring', 'proceed', 'exceed', 'succeed']);
const R1_PREFIX = /^(?:gener|commun|arsen)/;

class Stem {
  r1 = 0;
  r2 = 0;

  constructor(public w: string) {
    const prefix = R1_PREFIX.exec(w);
    this.r1 = prefix === null ? Stem.region(w, 0) : prefix[0].length;
    this.r2 = Stem.region(w, this.r1);
  }

  /** Behind the first non-vowel that follows a vowel. */
  private static region(w: string, from: number): number {
    for (let i = from; i + 1 < w.length; i++) if (isVowel(w[i]) && !isVowel(w[i + 1])) return i + 2;
    return w.length;
  }

  ends(suffix: string): boolean { return this.w.endsWith(suffix); }
  inR1(suffix: string): boolean { return this.w.length - suffix.length >= this.r1; }
  inR2(suffix: string): boolean { return this.w.length - suffix.length >= this.r2; }
  replace(suffix: string, by: string): void { this.w = this.w.slice(0, this.w.length - suffix.length) + by; }
  /** The longest of the suffixes that the word ends with. */
  longest(suffixes: readonly string[]): string | undefined {
    let best: string | undefined;
    for (const s of suffixes) if (this.w.endsWith(s) && (best === undefined || s.length > best.length)) best = s;
    return best;
  }

  endsShort(w = this.w): boolean {
    const n = w.length;
    if (n === 2) return isVowel(w[0]) && !isVowel(w[1]);
    return n >= 3 && !isVowel(w[n - 3]) && isVowel(w[n - 2]) && !isVowel(w[n - 1]) && !'wxY'.includes(w[n - 1]!);
  }

  isShort(): boolean { return this.w.length <= this.r1 && this.endsShort(); }
}

function step1a(s: Stem): void {
  if (s.ends("'s'")) s.replace("'s'", '');
  else if (s.ends("'s")) s.replace("'s", '');
  else if (s.ends("'")) s.replace("'", '');
  const suffix = s.longest(['sses', 'ied', 'ies', 'us', 'ss', 's']);
  if (suffix === 'sses') s.replace('sses', 'ss');
  else if (suffix === 'ied' || suffix === 'ies') s.replace(suffix, s.w.length > 4 ? 'i' : 'ie');
  else if (suffix === 's' && VOWEL.test(s.w.slice(0, -2))) s.replace('s', '');
}

function step1b(s: Stem): void {
  const suffix = s.longest(['eed', 'eedly', 'ed', 'edly', 'ing', 'ingly']);
  if (suffix === undefined) return;
  if (suffix === 'eed' || suffix === 'eedly') {
    if (s.inR1(suffix)) s.replace(suffix, 'ee');
    return;
  }
  const stem = s.w.slice(0, s.w.length - suffix.length);
  if (!VOWEL.test(stem)) return;
  s.w = stem;
  if (/(?:at|bl|iz)$/.test(stem)) s.w += 'e';
  else if (DOUBLES.has(stem.slice(-2))) {
    if (!(stem.length === 3 && /^[aeo]/.test(stem))) s.w = stem.slice(0, -1);
  } else if (s.isShort()) s.w += 'e';
}

function step1c(s: Stem): void {
  if (s.w.length > 2 && /[^aeiouy][yY]$/.test(s.w)) s.w = `${s.w.slice(0, -1)}i`;
}

const STEP2: Readonly<Record<string, string>> = {
  tional: 'tion', enci: 'ence', anci: 'ance', abli: 'able', entli: 'ent', izer: 'ize', ization: 'ize', ational: 'ate', ation: 'ate', ator: 'ate',
  alism: 'al', aliti: 'al', alli: 'al', fulness: 'ful', ousli: 'ous', ousness: 'ous', iveness: 'ive', iviti: 'ive', biliti: 'ble', bli: 'ble',
  ogi: 'og', fulli: 'ful', lessli: 'less', li: '',
};
const STEP2_SUFFIXES = Object.keys(STEP2);

function step2(s: Stem): void {
  const suffix = s.longest(STEP2_SUFFIXES);
  if (suffix === undefined || !s.inR1(suffix)) return;
  const before = s.w[s.w.length - suffix.length - 1];
  if (suffix === 'ogi' && before !== 'l') return;
  if (suffix === 'li' && !(before !== undefined && 'cdeghkmnrt'.includes(before))) return;
  s.replace(suffix, STEP2[suffix]!);
}

const STEP3: Readonly<Record<string, string>> = {
  ational: 'ate', tional: 'tion', alize: 'al', icate: 'ic', iciti: 'ic', ical: 'ic', ful: '', ness: '', ative: '',
};
const STEP3_SUFFIXES = Object.keys(STEP3);

function step3(s: Stem): void {
  const suffix = s.longest(STEP3_SUFFIXES);
  if (suffix === undefined || !s.inR1(suffix)) return;
  if (suffix === 'ative' && !s.inR2(suffix)) return;
  s.replace(suffix, STEP3[suffix]!);
}

const STEP4_SUFFIXES = ['al', 'ance', 'ence', 'er', 'ic', 'able', 'ible', 'ant', 'ement', 'ment', 'ent', 'ism', 'ate', 'iti', 'ous', 'ive', 'ize', 'ion'];

function step4(s: Stem): void {
  const suffix = s.longest(STEP4_SUFFIXES);
  if (suffix === undefined || !s.inR2(suffix)) return;
  if (suffix === 'ion' && !/[st]ion$/.test(s.w)) return;
  s.replace(suffix, '');
}

function step5(s: Stem): void {
  if (s.ends('e')) {
    if (s.inR2('e') || (s.inR1('e') && !s.endsShort(s.w.slice(0, -1)))) s.replace('e', '');
  } else if (s.ends('l') && s.inR2('l') && s.w[s.w.length - 2] === 'l') s.replace('l', '');
}

export function stemEnglish(word: string): string {
  const special = Object.hasOwn(EXCEPTIONS, word) ? EXCEPTIONS[word] : undefined;
  if (special !== undefined) return special;
  if (word.length <= 2) return word;
  let w = word.startsWith("'") ? word.slice(1) : word;
  if (w.startsWith('y')) w = `Y${w.slice(1)}`;
  w = w.replace(/([aeiouy])y/g, '$1Y');
  const s = new Stem(w);
  step1a(s);
  if (!KEPT.has(s.w)) {
    step1b(s);
    step1c(s);
    step2(s);
    step3(s);
    step4(s);
    step5(s);
  }
  return s.w.replace(/Y/g, 'y');
}
