/** Tests run from the compiled packages, so that what is tested is what is published. */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/packages/*/dist/**/*.test.js', '<rootDir>/regress/*.test.mjs', '<rootDir>/tools/**/*.test.mjs'],
  modulePathIgnorePatterns: ['<rootDir>/tools/bench/node_modules'],
  transform: {},
  testTimeout: 60_000,
  workerIdleMemoryLimit: '1GB',
  maxWorkers: 2,
};
