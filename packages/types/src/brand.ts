/** Branded ids and units: numbers that the compiler will not let you mix up. */
export type Brand<T, B extends string> = T & { readonly __brand?: B };

/** A catalog object id, 0 meaning none (PostgreSQL's InvalidOid). */
export type Oid = Brand<number, 'Oid'>;
