/** Names in a definition element, however the grammar took them. */
import { names, type Raw } from './raw.js';

export function definedNames(raw: Raw): string[] {
  if (raw === undefined) return [];
  if (raw.TypeName) return names(raw.TypeName.names);
  if (raw.List) return names(raw.List.items);
  return raw.String ? [raw.String.sval ?? ''] : [];
}
