/** OVERLAPS over any ordered type: SQL's rules for NULLs and for ends that come first. */
export function overlaps<T>(compare: (a: T, b: T) => number) {
  return (s1: T | null, e1: T | null, s2: T | null, e2: T | null): boolean | null => {
    let noEnd1 = false;
    let noEnd2 = false;
    if (s1 === null) {
      if (e1 === null) return null;
      s1 = e1;
      noEnd1 = true;
    } else if (e1 === null) noEnd1 = true;
    else if (compare(s1, e1) > 0) [s1, e1] = [e1, s1];
    if (s2 === null) {
      if (e2 === null) return null;
      s2 = e2;
      noEnd2 = true;
    } else if (e2 === null) noEnd2 = true;
    else if (compare(s2, e2) > 0) [s2, e2] = [e2, s2];
    const c = compare(s1, s2);
    if (c > 0) {
      if (noEnd2) return null;
      if (compare(s1, e2!) < 0) return true;
      return noEnd1 ? null : false;
    }
    if (c < 0) {
      if (noEnd1) return null;
      if (compare(s2, e1!) < 0) return true;
      return noEnd2 ? null : false;
    }
    return noEnd1 || noEnd2 ? null : true;
  };
}
