/** Lint: the direction of imports between packages, and little else; the compiler and prettier see to the rest. */
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** What each package may import, besides itself. */
const layers = {
  types: [],
  storage: ['types'],
  txn: ['types', 'storage'],
  catalog: ['types', 'storage', 'txn'],
  parser: ['types'],
  planner: ['types', 'parser', 'catalog'],
  executor: ['types', 'storage', 'txn', 'catalog', 'parser', 'planner'],
  plpgsql: ['types', 'storage', 'txn', 'catalog', 'parser', 'planner', 'executor'],
  wire: ['types'],
  pglitedb: ['types', 'storage', 'txn', 'catalog', 'parser', 'planner', 'executor', 'plpgsql', 'wire'],
};

const depConstraints = Object.entries(layers).map(([name, below]) => ({
  sourceTag: `scope:${name}`,
  onlyDependOnLibsWithTags: [name, ...below].map((layer) => `scope:${layer}`),
}));

export default [
  { ignores: ['**/dist/**', '**/node_modules/**', 'docs/api/**', 'regress/results/**', 'regress/.cache/**'] },
  {
    files: ['packages/*/src/**/*.ts'],
    languageOptions: { parser: tseslint.parser },
    // Registered, though none of its rules is on, so that directives which name them are known.
    plugins: { '@nx': nx, '@typescript-eslint': tseslint.plugin },
    linterOptions: { reportUnusedDisableDirectives: 'off' },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { enforceBuildableLibDependency: false, allow: [], depConstraints }],
      'no-restricted-properties': ['error', { object: 'describe', property: 'skip' }, { object: 'it', property: 'skip' },
        { object: 'it', property: 'only' }, { object: 'describe', property: 'only' }],
      eqeqeq: 'error',
      'no-var': 'error',
    },
  },
  { files: ['tools/**/*.mjs', 'regress/**/*.mjs'], rules: { eqeqeq: 'error', 'no-var': 'error', 'prefer-const': 'error' } },
];
