/** Rules inside projects; between projects Nx watches. Each has a sentence, printed when it is broken. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
const testCode = '(\\.spec\\.ts$|\\.fake[.-]|/_kit/fake|/testing/|^libs/testing/)';

module.exports = {
  forbidden: [
    forbid('no-cycles', 'Two files that need each other are one file.', {}, { circular: true }),
    forbid(
      'apps-are-islands',
      'Services talk through contracts, never through imports.',
      { path: '^apps/([^/]+)/' },
      { path: '^apps/', pathNot: '^apps/$1/' },
    ),
    forbid(
      'contracts-stand-alone',
      'Contracts depend on nothing but zod.',
      { path: '^libs/contracts/', pathNot: '\\.spec\\.ts$' },
      { path: '^(apps|libs)/', pathNot: '^libs/contracts/' },
    ),
    forbid(
      'providers-know-capabilities-only',
      'A provider never sees a service, a queue or a table.',
      { path: '^libs/providers/', pathNot: testCode },
      { path: '^(apps|libs)/', pathNot: '^libs/(providers|capabilities|icalendar)/' },
    ),
    forbid(
      'providers-are-islands',
      'A provider folder imports itself and _kit, never a sibling.',
      { path: '^libs/providers/src/([^/_][^/]*)/', pathNot: '^libs/providers/src/testing/' },
      { path: '^libs/providers/src/[^/]+/', pathNot: ['^libs/providers/src/$1/', '^libs/providers/src/_kit/'] },
    ),
    forbid(
      'edges-stay-thin',
      'Gateway, console and CLI reach providers and tables through services.',
      { path: '^apps/(gateway|console|cli)/' },
      { path: '^libs/(providers|capabilities)/' },
    ),
    forbid(
      'test-code-stays-in-tests',
      'Fakes and testing helpers never ship: only tests, the sandbox and whole-stack journeys may use them.',
      { path: '^(apps|libs)/', pathNot: [testCode, '^apps/(sandbox|e2e)/'] },
      { path: ['\\.fake[.-]', '/testing/', '^libs/testing/', '/_kit/fake'] },
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules|\\.data)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'import', 'default'] },
  },
};
