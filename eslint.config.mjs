import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

// Nx cannot tell a spec from its subject, so everyone may see `type:testing`; dependency-cruiser narrows it to specs.
const may = (sourceTag, ...tags) => ({ sourceTag, onlyDependOnLibsWithTags: [...tags, 'type:testing'] });

const boundaries = {
  enforceBuildableLibDependency: false,
  allow: [],
  depConstraints: [
    may('type:contract'),
    may('type:capability', 'type:contract'),
    may('type:calendar-format', 'type:capability'),
    may('type:provider', 'type:capability', 'type:calendar-format'),
    may('type:platform', 'type:contract', 'type:platform'),
    may('type:client', 'type:contract'),
    may('type:service-part', 'type:contract', 'type:capability', 'type:provider', 'type:platform'),
    may('type:service', 'type:contract', 'type:capability', 'type:calendar-format', 'type:provider', 'type:platform', 'type:service-part'),
    may('type:edge', 'type:contract', 'type:platform'),
    may('type:frontend', 'type:contract', 'type:client'),
    // The first administrator is made over the bus, before anybody has credentials for the gateway.
    may('type:cli', 'type:contract', 'type:client', 'type:platform'),
    may('type:sandbox', 'type:provider', 'type:capability', 'type:calendar-format', 'type:contract'),
    may('type:tooling', 'type:contract', 'type:client', 'type:tooling', 'type:capability', 'type:provider', 'type:platform', 'type:service'),
    may('type:testing', 'type:contract', 'type:tooling'),
    may('type:e2e', 'type:contract', 'type:client', 'type:tooling', 'type:provider', 'type:capability', 'type:calendar-format'),
  ],
};

const lengths = {
  'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
  'max-depth': ['error', { max: 3 }],
};

// A constructor that Nest fills is a list of what a class needs, not a call.
const fewParameters = {
  selector: ':matches(FunctionDeclaration, ArrowFunctionExpression, MethodDefinition[kind!="constructor"] > FunctionExpression)[params.length>3]',
  message: 'More than three parameters: pass an object.',
};

const noEnvironment = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'The environment is read in one place: libs/service-kit/src/load-config.ts.',
};

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '.data/**', '.nx/**'] },
  {
    files: ['**/*.ts'],
    languageOptions: { parser: tseslint.parser, parserOptions: { ecmaVersion: 2023, sourceType: 'module' } },
    plugins: { '@nx': nx, '@typescript-eslint': tseslint.plugin },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@nx/enforce-module-boundaries': ['error', boundaries],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' }],
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use an `as const` list.' },
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        fewParameters,
        noEnvironment,
      ],
      'no-restricted-globals': [
        'error',
        { name: 'fetch', message: "Outbound HTTP is npm undici: Node's own fetch dies with a peer that closes while its answer is unread." },
      ],
      eqeqeq: 'error',
      'no-console': 'error',
      'prefer-const': 'error',
      ...lengths,
    },
  },
  {
    files: [
      '**/*.spec.ts',
      '**/*.fake.ts',
      '**/*.contract.ts',
      '**/testing/**/*.ts',
      'libs/testing/**/*.ts',
      '**/migrations/**/*.ts',
      'libs/database/src/platform-tables.ts',
    ],
    rules: { 'max-lines': 'off', 'max-lines-per-function': 'off' },
  },
  {
    // Programs for a terminal, which start processes with an environment of their own.
    files: [
      'libs/local-stack/**/*.ts',
      'apps/e2e/**/*.ts',
      'libs/tools/**/*.ts',
      'libs/testing/**/*.ts',
      'apps/sandbox/**/*.ts',
      'libs/service-kit/src/load-config.ts',
      'apps/cli/src/child-environment.ts',
      '**/*.spec.ts',
    ],
    rules: {
      'no-console': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use an `as const` list.' },
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
      ],
    },
  },
  {
    // The client also runs in browsers, where fetch is the browser's own.
    files: ['libs/api-client/**/*.ts'],
    rules: { 'no-restricted-globals': 'off' },
  },
);
