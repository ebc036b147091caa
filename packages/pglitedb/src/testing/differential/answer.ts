/** What a statement answers, in the same shape from both sides, and how two answers differ. */
export interface Failure { code: string; message: string; detail: string | undefined; hint: string | undefined; position: number | undefined }
export interface Answer { columns: string[]; rows: string[]; tag: string; failure: Failure | undefined }

const sorted = (rows: readonly string[], ordered: boolean): string => (ordered ? rows : [...rows].sort()).join('\n');

/** The kind of difference, or undefined where there is none. Details of failures count where the statement has one right failure. */
export function difference(ours: Answer, theirs: Answer, ordered: boolean): string | undefined {
  if (ours.failure !== undefined || theirs.failure !== undefined) {
    if (ours.failure === undefined) return `no error ${theirs.failure!.code}`;
    if (theirs.failure === undefined) return `error ${ours.failure.code}`;
    if (ours.failure.code !== theirs.failure.code) return `error ${ours.failure.code} for ${theirs.failure.code}`;
    for (const field of ['message', 'hint', 'detail', 'position'] as const) {
      if (ours.failure[field] !== theirs.failure[field]) return `${field} of ${ours.failure.code}`;
    }
    return undefined;
  }
  if (ours.tag !== theirs.tag) return 'tag';
  if (ours.columns.join() !== theirs.columns.join()) return 'columns';
  return sorted(ours.rows, ordered) === sorted(theirs.rows, ordered) ? undefined : 'rows';
}

export function show(answer: Answer): string {
  const { failure } = answer;
  if (failure !== undefined) return `${failure.code} ${failure.message}${failure.detail === undefined ? '' : ` | DETAIL ${failure.detail}`}${failure.hint === undefined ? '' : ` | HINT ${failure.hint}`}${failure.position === undefined ? '' : ` | at ${failure.position}`}`;
  return [answer.tag, ...(answer.columns.length > 0 ? [answer.columns.join(' | ')] : []), ...answer.rows.slice(0, 20), ...(answer.rows.length > 20 ? [`... ${answer.rows.length} rows`] : [])].join('\n      ');
}
